"""Bytes in and out when clients cannot reach the storage directly: async, and the only code that reads bodies."""
