"""A small alignment and its indexes, as tests import them."""

PAGE = b'<title>Plot</title><script id="holdfast-scene" type="application/gzip+base64"></script>'
PAF = """\
b\t900\t0\t800\t-\tone\t2000\t1000\t1800\t790\t800\t60\tde:f:0.01
a\t1100\t0\t1000\t+\tone\t2000\t0\t1000\t1000\t1000\t60\tde:f:0.0
"""
TARGET = "tee\none\t2000\ntwo\t50\n"
QUERY = "cue\na\t1100\nb\t900\nc\t70\n"
