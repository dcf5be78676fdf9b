"""
What the gateway calls beats, by thresholds: the rules of classifier.ts, for many choices of them at once. One thing is
left out: where both S and V reach their thresholds, here a beat is called both, and counts for both.
"""

import numpy as np

from beats import Beats

THRESHOLDS = np.arange(0.1, 0.91, 0.05)
# More irregular than this, a rhythm is taken for atrial fibrillation.
MOST_IRREGULAR = np.arange(0.4, 0.71, 0.05)

# The patient's own share of S beats, and what it does to the log odds of the next one: see own-share.ts.
USUAL_SHARE, OF_BEATS, MOST_SHIFT = 0.05, 400, 1.0

# See irregularity.ts.
COMPARED, DIFFERENT, SLOWNESS = 8, 0.04, 0.02


def calls_of_v(probability: np.ndarray) -> np.ndarray:
    """[beat] to [beat, threshold]"""
    return probability[:, None] >= THRESHOLDS


def calls_of_s(beats: Beats, probability: np.ndarray, ventricular: np.ndarray) -> np.ndarray:
    """
    S only after a beat that was judged, and not ventricular, and while the normal beats' rhythm is not too irregular;
    the more readily, the more of the patient's beats were called so before.
    @param probability of S @param ventricular whether a beat is called V
    @returns [beat, threshold, bound on the irregularity]
    """
    neighbours = beats.neighbours()
    known = neighbours & ~np.roll(ventricular, 1)
    surplus = log_odds(probability[:, None, None]) - log_odds(THRESHOLDS[:, None])
    interval = np.log(np.maximum(np.diff(beats.time, prepend=0), 1e-3))
    runs = beats.runs()
    choices = (len(runs), len(THRESHOLDS), len(MOST_IRREGULAR))
    called = np.zeros((len(beats), *choices[1:]), bool)
    share = np.full(choices, USUAL_SHARE)
    normal_before = np.zeros(choices, bool)
    irregularity = Irregularity(choices)
    # All runs at once, a beat of each at a time; the longest run is the first.
    for place in range(len(runs[0])):
        now = np.array([run[place] for run in runs if len(run) > place])
        here = slice(len(now))
        shift = np.clip(np.log(share[here] / USUAL_SHARE), -MOST_SHIFT, MOST_SHIFT)
        may_be = known[now, None, None] & (irregularity.lately[here] <= MOST_IRREGULAR)
        called[now] = may_be & (surplus[now] + shift >= 0)
        share[here] += (called[now] - share[here]) / OF_BEATS
        normal = ~called[now] & ~ventricular[now, None, None]
        irregularity.push(interval[now, None, None], normal & normal_before[here] & neighbours[now, None, None])
        normal_before[here] = normal
    return called


class Irregularity:
    """irregularity.ts, many at once: of the first ones, those that are named have a new interval."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.lately = np.zeros(shape)
        self.count = np.zeros(shape, int)
        self.before = np.zeros((2, *shape))
        self.medians = np.zeros((*shape, COMPARED), "f4")
        self.two_before = np.zeros((*shape, COMPARED), bool)

    def push(self, interval: np.ndarray, have_one: np.ndarray) -> None:
        """@param interval logarithm, of all alike or of each"""
        at = np.nonzero(have_one)
        interval = np.broadcast_to(interval, have_one.shape)[at]
        first = self.count[at] == 0
        a, b = (np.where(first, interval, one[at]) for one in self.before)
        self.before[0][at], self.before[1][at] = b, interval
        place = self.count[at] % COMPARED
        medians, two_before = self.medians[at], self.two_before[at]
        medians[first] = interval[first, None]
        row = np.arange(len(place))
        medians[row, place] = np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), interval))
        two_before[row, place] = np.abs(interval - a) > DIFFERENT
        self.medians[at], self.two_before[at] = medians, two_before
        self.count[at] += 1
        unlike = sum((np.abs(medians[:, i, None] - medians[:, :i]) > DIFFERENT).sum(axis=1) for i in range(1, COMPARED))
        now = np.minimum(unlike / (COMPARED * (COMPARED - 1) / 2), two_before.mean(axis=1))
        self.lately[at] += np.maximum(SLOWNESS, 1 / self.count[at]) * (now - self.lately[at])


def log_odds(probability: np.ndarray) -> np.ndarray:
    return np.log(probability) - np.log1p(-probability)
