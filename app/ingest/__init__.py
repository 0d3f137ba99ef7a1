"""From a request to durable receipts, and from receipts to events and deliveries."""
