"""What is asked about people: who they are, who may sign in, and with what."""
