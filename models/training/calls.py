"""What the gateway calls beats: the rules of classifier.ts, for many choices of the thresholds at once."""

from collections.abc import Iterator

import numpy as np

from beats import CLASSES, Beats

THRESHOLDS = np.arange(0.1, 0.91, 0.05)
# Nine in ten fusion beats of DS1 are one patient's: no fold can say anything of their threshold.
THRESHOLD_OF_F = 0.5
# More irregular than this, a rhythm is taken for atrial fibrillation.
MOST_IRREGULAR = np.arange(0.4, 0.71, 0.05)

# The patient's own share of S beats, and what it does to the log odds of the next one: see own-share.ts.
USUAL_SHARE, OF_BEATS, MOST_SHIFT = 0.05, 400, 1.5

# See irregularity.ts.
COMPARED, DIFFERENT, SLOWNESS = 8, 0.04, 0.02

# See morphologies.ts.
TRACE = slice(26, 54)
ALIKE, MORPHOLOGIES, REMEMBERED, MOST_SHIFT_OF_V = 0.9, 16, 50, 2.0


def by_morphology(beats: Beats, scores: np.ndarray) -> np.ndarray:
    """
    Scores, already divided by the temperature, of which those of V are moved by what the other beats of the same
    morphology look like.
    """
    v = CLASSES.index("V")
    highest = scores.max(axis=1, keepdims=True)
    weights = np.exp(scores.astype("f8") - highest)
    own = np.log(weights[:, v]) - np.log(weights.sum(axis=1) - weights[:, v])
    traces = beats.waveform[:, TRACE, 0].astype("f8").cumsum(axis=1)
    traces -= traces.mean(axis=1, keepdims=True)
    traces /= np.linalg.norm(traces, axis=1, keepdims=True) + 1e-9

    runs = beats.runs()
    means = np.zeros((len(runs), MORPHOLOGIES, traces.shape[1]))
    log_odds = np.zeros((len(runs), MORPHOLOGIES))
    count = np.zeros((len(runs), MORPHOLOGIES), int)
    seen = np.full((len(runs), MORPHOLOGIES), -1)
    moved = scores.astype("f8")
    for place, now in enumerate(in_step(runs)):
        here = np.arange(len(now))
        likeness = np.einsum("rmk,rk->rm", means[here], traces[now]) / (np.linalg.norm(means[here], axis=2) + 1e-9)
        likeness[count[here] == 0] = -1
        strange = likeness.max(axis=1) < ALIKE
        # A new one takes a free place, or that of the one which was last seen longest ago.
        of = np.where(strange, seen[here].argmin(axis=1), likeness.argmax(axis=1))
        count[here, of] = np.where(strange, 1, np.minimum(count[here, of] + 1, REMEMBERED))
        share = 1 / count[here, of]
        seen[here, of] = place
        log_odds[here, of] += (own[now] - log_odds[here, of]) * share
        means[here, of] += (traces[now] - means[here, of]) * share[:, None]
        moved[now, v] += np.clip(log_odds[here, of] - own[now], -MOST_SHIFT_OF_V, MOST_SHIFT_OF_V)
    return moved


def in_step(runs: list[np.ndarray]) -> Iterator[np.ndarray]:
    """All runs at once, a beat of each at a time; the longest run is the first."""
    for place in range(len(runs[0])):
        yield np.array([run[place] for run in runs if len(run) > place])


def calls(beats: Beats, probabilities: np.ndarray, threshold_of_v: float) -> tuple[np.ndarray, np.ndarray]:
    """
    V and F where they reach their thresholds. Else S, but only after a beat that was judged, and not ventricular, and
    while the normal beats' rhythm is not too irregular; the more readily, the more of the patient's beats were called so
    before.
    @param probabilities in the order of CLASSES
    @returns what is called S, and what V: [beat, threshold of S, bound on the irregularity]
    """
    p_of_s, p_of_v, p_of_f = (probabilities[:, CLASSES.index(name), None, None] for name in "SVF")
    neighbours = beats.neighbours()[:, None, None]
    interval = np.log(np.maximum(np.diff(beats.time, prepend=0), 1e-3))[:, None, None]
    runs = beats.runs()
    choices = (len(runs), len(THRESHOLDS), len(MOST_IRREGULAR))
    supraventricular, ventricular = (np.zeros((len(beats), *choices[1:]), bool) for _ in range(2))
    share = np.full(choices, USUAL_SHARE)
    normal_before, ventricular_before = (np.zeros(choices, bool) for _ in range(2))
    irregularity = Irregularity(choices)
    for now in in_step(runs):
        here = slice(len(now))
        odds = np.exp(np.clip(np.log(share[here] / USUAL_SHARE), -MOST_SHIFT, MOST_SHIFT))
        # Of S as much more or less as the share says, and all of them one in sum again.
        sum_of_all = 1 + p_of_s[now] * (odds - 1)
        v = p_of_v[now] / sum_of_all >= threshold_of_v
        f = p_of_f[now] / sum_of_all >= THRESHOLD_OF_F
        s = p_of_s[now] * odds / sum_of_all >= THRESHOLDS[:, None]
        s &= neighbours[now] & ~v & ~f & ~ventricular_before[here] & (irregularity.lately[here] <= MOST_IRREGULAR)
        supraventricular[now], ventricular[now] = s, v
        share[here] += (s - share[here]) / OF_BEATS
        normal = ~s & ~v & ~f
        irregularity.push(interval[now], normal & normal_before[here] & neighbours[now])
        normal_before[here], ventricular_before[here] = normal, v
    return supraventricular, ventricular


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
