"""What is too good to be known at application: beyond these one feature alone is a suspected leak.

Drafts, selections, scorecards and training judge by the same two numbers.
"""

SUSPICIOUS_IV, SUSPICIOUS_AUC = 0.5, 0.85

#: With fewer bads or goods than this, chance alone looks like power.
FEWEST = 20
