"""Commands: what the commands of a recipe find, where they run, and what they say they made."""
