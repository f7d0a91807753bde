"""What an import could not take in: every one is counted, the first thousand are kept."""

KEPT = 1000


class Problems:
    """Sentences, as they come."""

    def __init__(self) -> None:
        self.count = 0
        self.sentences: list[str] = []

    def say(self, sentence: str) -> None:
        """One more problem."""
        self.count += 1
        if self.count <= KEPT:
            self.sentences.append(sentence)
