"""A stand-in for Colab's helper package: what it is known to do, and how it is known to fail.

Each module keeps its state in a few plain names at its top, which a test sets.
"""
