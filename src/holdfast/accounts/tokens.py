"""Tokens: long random words that are kept only as their SHA-256."""

import hashlib
import secrets

KEY = "hf_"  #: how every key begins, so that one that leaked can be recognised
HINT = 8  #: letters of a key that lists show
LIMIT = 200  #: characters of anything that could be a token


def new_token() -> str:
    """A word that nobody guesses, for a cookie."""
    return secrets.token_urlsafe(32)


def new_key() -> str:
    """A word that nobody guesses, for a program."""
    return KEY + secrets.token_urlsafe(30)


def kept(token: str) -> str:
    """What is written down of a token.

    A random word of 240 bits needs no slow hash: there is nothing to guess.
    """
    return hashlib.sha256(token.encode()).hexdigest()
