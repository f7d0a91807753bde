"""
What the page of a plot asks of the server besides the plot itself.
"""
