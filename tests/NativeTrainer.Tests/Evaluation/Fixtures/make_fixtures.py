"""Makes metrics.json, the expected values of MetricsTableTests: by scikit-learn and SciPy (Debian's python3-sklearn), or by the numpy line that stands here.

    /usr/bin/python3 make_fixtures.py > metrics.json

Probabilities are multiples of 1/64 and so exact in float32. null is a result that is not defined. Values worked by hand are in the test itself.
"""
import json
import math
import warnings

import numpy as np
import scipy
import scipy.optimize
import scipy.stats
import sklearn
from sklearn import metrics as sk

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20)
SK, SP = f"scikit-learn {sklearn.__version__}", f"SciPy {scipy.__version__}"
cases, data = [], {}


def dataset(name, labels, counts):
    """counts: 64ths, one row a sample."""
    labels, p = np.asarray(labels, int), np.asarray(counts, float) / 64
    assert np.all(p.sum(1) == 1)
    data[name] = {"classes": p.shape[1], "labels": labels.tolist(), "probabilities": p.ravel().tolist()}
    return labels, p, p.argmax(1)


def drawn(samples, classes, skill, present=None):
    present = classes if present is None else present
    labels = rng.integers(present, size=samples)
    rows = []
    for label in labels:
        weights = rng.dirichlet(np.ones(classes))
        weights[label] += skill * rng.random()
        rows.append(1 + rng.multinomial(64 - classes, weights / weights.sum()))
    return labels, np.array(rows)


def case(metric, on, source, expected, **parameters):
    def plain(value):
        if isinstance(value, (list, tuple, np.ndarray)):
            return [plain(v) for v in value]
        value = float(value)
        return None if math.isnan(value) else value
    cases.append({"metric": metric, "data": on, "source": source, "expected": plain(expected), **parameters})


sets = {
    "five classes": dataset("five classes", *drawn(90, 5, 0.9)),
    "two classes": dataset("two classes", *drawn(60, 2, 0.6)),
    "a class absent": dataset("a class absent", *drawn(40, 4, 0.8, present=3)),
    "all right": dataset("all right", [0, 1, 2, 0], [[60, 2, 2], [2, 60, 2], [2, 2, 60], [44, 10, 10]]),
    "all wrong": dataset("all wrong", [0, 1, 2, 0], [[2, 60, 2], [2, 2, 60], [60, 2, 2], [10, 44, 10]]),
}
dataset("equal scores", [0, 1, 2, 3, 1, 1], [[16] * 4] * 6)
dataset("equal scores, two classes", [0, 1, 1, 0, 1], [[32, 32]] * 5)
dataset("one class only", [1, 1, 1], [[20, 44], [30, 34], [16, 48]])
data["empty"] = {"classes": 3, "labels": [], "probabilities": []}

for on, (y, p, t) in sets.items():
    k = p.shape[1]
    onehot = np.eye(k)[y]
    case("accuracy", on, f"{SK} accuracy_score", sk.accuracy_score(y, t))
    case("balancedAccuracy", on, f"{SK} balanced_accuracy_score", sk.balanced_accuracy_score(y, t))
    case("matthews", on, f"{SK} matthews_corrcoef", sk.matthews_corrcoef(y, t))
    case("kappa", on, f"{SK} cohen_kappa_score", sk.cohen_kappa_score(y, t))
    case("confusion", on, f"{SK} confusion_matrix", sk.confusion_matrix(y, t, labels=range(k)).ravel())
    for averaging in ["macro", "micro", "weighted"]:
        case("precision", on, f"{SK} precision_score", sk.precision_score(y, t, average=averaging, zero_division=0), averaging=averaging)
        case("recall", on, f"{SK} recall_score", sk.recall_score(y, t, average=averaging, zero_division=0), averaging=averaging)
        case("f", on, f"{SK} f1_score", sk.f1_score(y, t, average=averaging, zero_division=0), averaging=averaging, beta=1)
        for beta in [0.5, 2]:
            case("f", on, f"{SK} fbeta_score", sk.fbeta_score(y, t, beta=beta, average=averaging, zero_division=0), averaging=averaging, beta=beta)
    case("precision", on, f"{SK} precision_score, zero_division=1", sk.precision_score(y, t, average="macro", zero_division=1), averaging="macro", zeroDivision=1)
    case("classPrecision", on, f"{SK} precision_score(average=None)", sk.precision_score(y, t, average=None, labels=range(k), zero_division=0))
    case("classRecall", on, f"{SK} recall_score(average=None)", sk.recall_score(y, t, average=None, labels=range(k), zero_division=0))
    case("classF1", on, f"{SK} f1_score(average=None)", sk.f1_score(y, t, average=None, labels=range(k), zero_division=0))
    specificity = [sk.recall_score(y != c, t != c) for c in range(k)]
    case("classSpecificity", on, f"{SK} recall_score of the complement", specificity)
    case("specificity", on, f"{SK} recall_score of the complement, mean", np.mean([s for c, s in enumerate(specificity) if c in y or c in t]), averaging="macro")
    if k > 2:
        distinct = p + np.arange(k) * -1e-9  # scikit-learn breaks ties by the higher class.
        case("topK", on, f"{SK} top_k_accuracy_score", sk.top_k_accuracy_score(y, distinct, k=2, labels=range(k)), k=2)
    case("logLoss", on, f"{SK} log_loss", sk.log_loss(y, p, labels=range(k)))
    case("brier", on, "numpy: mean of ((p - onehot)**2).sum(1)" if k > 2 else f"{SK} brier_score_loss, twice",
         ((p - onehot) ** 2).sum(1).mean() if k > 2 else 2 * sk.brier_score_loss(y, p[:, 1]))
    confidence, right = p.max(1), t == y
    bins = np.clip(np.ceil(confidence * 10).astype(int) - 1, 0, 9)
    case("ece", on, "numpy: sum over bins of n_b/n * |accuracy_b - confidence_b|",
         sum((bins == b).mean() * abs(right[bins == b].mean() - confidence[bins == b].mean()) for b in range(10) if (bins == b).any()), bins=10)
    present = [c for c in range(k) if c in y]
    aps = [sk.average_precision_score(y == c, p[:, c]) for c in present]
    case("map", on, f"{SK} average_precision_score, mean over classes that occur", np.mean(aps), averaging="macro")
    case("map", on, f"{SK} average_precision_score, weighted by samples", np.average(aps, weights=[(y == c).sum() for c in present]), averaging="weighted")
    case("map", on, f"{SK} average_precision_score(average='micro')", sk.average_precision_score(onehot, p, average="micro"), averaging="micro")
    if len(present) == k and k > 2:
        for averaging in ["macro", "weighted", "micro"]:
            case("auroc", on, f"{SK} roc_auc_score(multi_class='ovr')" if averaging != "micro" else f"{SK} roc_auc_score of the indicators",
                 sk.roc_auc_score(y, p, multi_class="ovr", average=averaging) if averaging != "micro" else sk.roc_auc_score(onehot, p, average="micro"), averaging=averaging)
    else:
        case("auroc", on, f"{SK} roc_auc_score, mean over classes that occur", np.mean([sk.roc_auc_score(y == c, p[:, c]) for c in present]), averaging="macro")
    fpr, tpr, _ = sk.roc_curve(y == 0, p[:, 0], drop_intermediate=False)
    case("rocCurve", on, f"{SK} roc_curve of class 0", np.concatenate([fpr, tpr]))
    precision, recall, _ = sk.precision_recall_curve(y == 0, p[:, 0])
    case("precisionRecallCurve", on, f"{SK} precision_recall_curve of class 0", np.concatenate([recall[::-1], precision[::-1]]))
    nll = lambda beta: sk.log_loss(y, scipy.special.softmax(beta * np.log(p), 1), labels=range(k))
    best = scipy.optimize.minimize_scalar(nll, bounds=(1 / 20, 20), method="bounded", options={"xatol": 1e-10})
    if on not in ["all right", "all wrong"]:
        case("temperature", on, f"{SP} minimize_scalar of the log loss", 1 / best.x)
        case("temperatureLoss", on, f"{SP} minimize_scalar of the log loss", best.fun)

y, p = np.array(data["equal scores, two classes"]["labels"]), np.full(5, 0.5)
case("auroc", "equal scores, two classes", f"{SK} roc_auc_score", sk.roc_auc_score(y, p), averaging="macro")
case("map", "equal scores, two classes", f"{SK} average_precision_score, mean of both", np.mean([sk.average_precision_score(y == c, p) for c in (0, 1)]), averaging="macro")
case("kappa", "one class only", f"{SK} cohen_kappa_score", sk.cohen_kappa_score([1, 1, 1], [1, 1, 1]))

labels = 4
target = rng.random((50, labels)) < [0.5, 0.3, 0.1, 0.6]
scores = np.round((0.4 * target + 0.6 * rng.random((50, labels))) * 64) / 64
said = scores >= 0.5
multi = {"classes": labels, "targets": target.ravel().tolist(), "scores": scores.ravel().tolist()}
for averaging in ["macro", "micro", "weighted"]:
    case("labelMap", "several labels", f"{SK} average_precision_score(average='{averaging}')", sk.average_precision_score(target, scores, average=averaging), averaging=averaging)
    case("labelAuroc", "several labels", f"{SK} roc_auc_score(average='{averaging}')", sk.roc_auc_score(target, scores, average=averaging), averaging=averaging)
    case("labelF1", "several labels", f"{SK} f1_score(average='{averaging}')", sk.f1_score(target, said, average=averaging), averaging=averaging)

pairs = [(0, 0), (1, 0), (5, 5), (2, 11), (30, 12), (400, 431), (0, 40), (3, 1000)]
for a, b in pairs:
    on = f"{a} against {b}"
    case("mcnemarExact", on, f"{SP} binomtest" if a + b else "by hand: nothing differs", scipy.stats.binomtest(a, a + b).pvalue if a + b else 1, first=a, second=b)
    case("mcnemarChiSquare", on, f"{SP} chi2.sf", scipy.stats.chi2.sf(max(0, abs(a - b) - 1) ** 2 / (a + b), 1) if a + b else math.nan, first=a, second=b)
for a, n in [(0, 10), (7, 10), (10, 10), (930, 1000)]:
    interval = scipy.stats.binomtest(a, n).proportion_ci(method="wilson")
    case("wilson", f"{a} of {n}", f"{SP} proportion_ci(method='wilson')", [interval.low, interval.high], first=a, second=n)

truth, told = rng.integers(3, size=200), rng.integers(4, size=200)
agree = rng.random(200) < 0.7
told = np.where(agree, truth, told)
pixels = {"classes": 5, "truth": truth.tolist(), "predicted": told.tolist()}
case("maskIou", "200 pixels", f"{SK} jaccard_score(average=None)", sk.jaccard_score(truth, told, average=None, labels=range(4)).tolist() + [math.nan])
case("maskDice", "200 pixels", f"{SK} f1_score(average=None)", sk.f1_score(truth, told, average=None, labels=range(4)).tolist() + [math.nan])
case("meanIou", "200 pixels", f"{SK} jaccard_score(average='macro')", sk.jaccard_score(truth, told, average="macro"))
case("meanDice", "200 pixels", f"{SK} f1_score(average='macro')", sk.f1_score(truth, told, average="macro"))
case("pixelAccuracy", "200 pixels", f"{SK} accuracy_score", sk.accuracy_score(truth, told))
case("weightedIou", "200 pixels", f"{SK} jaccard_score(average='weighted')", sk.jaccard_score(truth, told, average="weighted"))

print('{\n"data": {')
print(",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in data.items()))
print('},\n"severalLabels": ' + json.dumps(multi) + ',\n"pixels": ' + json.dumps(pixels) + ',\n"cases": [')
print(",\n".join(json.dumps(c) for c in cases))
print("]\n}")
