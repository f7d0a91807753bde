"""``python -m holdfast``: the same as the ``holdfast`` command."""

from holdfast.cli.main import run

if __name__ == "__main__":
    run()
