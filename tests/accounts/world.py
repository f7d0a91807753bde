"""Quick passwords for tests."""

from argon2 import PasswordHasher

PASSWORD = "correct horse battery"
OTHER = "another long password"
#: The real ones take a tenth of a second each, on purpose.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
