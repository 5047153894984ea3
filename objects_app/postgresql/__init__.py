"""PostgreSQL with statements that are planned once for each connection."""
