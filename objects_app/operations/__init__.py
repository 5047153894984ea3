"""The verbs: what every door calls, and the only code besides `lifecycle` that opens transactions."""
