"""Real services of the system, each started and ended by the tests that need it."""
