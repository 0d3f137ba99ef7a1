"""The ground floor: clock, ids, errors, signing, secrets, logs. It knows no webhook."""
