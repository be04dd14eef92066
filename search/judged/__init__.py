"""A judged set: a library whose truth is known, what is asked of it, and how often the answer was right.

    hold back → draw scenes → write a library with its words → ask → count

Scenes are drawn from seeds that training never used. `manage.py judge` runs it in a data folder of its own; tests run
a small one.
"""
