"""The APIs that we call. `outbound` posts deliveries; nobody else opens a connection to a channel."""
