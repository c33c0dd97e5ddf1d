"""Where a score becomes a flag. docs/issues.md explains each to people; a test keeps both alike."""

from __future__ import annotations

# Of scores that are made so that the flag begins at one half.
FLAGGED_FROM = 0.5

# Cosine distance of the vectors of two texts that say the same in nearly the same words.
NEAR_DUPLICATE_TEXT = 0.02
# Of table rows, as a share of the median distance between a row and its nearest other.
NEAR_DUPLICATE_ROW = 0.13

# Mean distance to the ten nearest rows: so many interquartile ranges above the third quartile
# (Tukey's outer fence), and at least so many medians: data may be spread evenly.
OUTLIER_RANGES, OUTLIER_MEDIANS = 3.0, 2.0

# Distance between the probabilities of the two likeliest classes.
AMBIGUOUS_MARGIN = 0.1
# By how much the given class must be likelier than the next one.
WELL_LABELED_MARGIN = 0.9

RARE_CLASS_ROWS = 5

# Of labels that are numbers: so many spreads away from what is predicted.
VALUE_SPREADS = 3.0

PERSONAL_DATA = 0.2
NON_ENGLISH = 0.5
# Of fewer Latin letters than this, words of English look like those of its relatives.
SHORT_TEXT_LETTERS, NON_ENGLISH_SHORT = 25, 0.99
