"""What scikit-learn, Keras, PyTorch, LightGBM and Optuna call what a study file has a word for.

A note says how a word's meaning differs from that of the one that is meant, and how to translate
a value of it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Meant(NamedTuple):
    """The names that a word may stand for, and how they differ from it."""

    names: tuple[str, ...]
    note: str = ""


def _each(words: str, names: str, note: str = "") -> dict[str, Meant]:
    return dict.fromkeys(words.split(), Meant(tuple(names.split()), note))


# m: the training rows. Our penalty is λ/(2m)·Σ‖W‖², so its gradient is λ/m·W. The others' are:
# scikit-learn (MLPClassifier) alpha/B·W, B the rows of a batch; PyTorch wd·W; Keras 2·l2·W; and
# LogisticRegression minimizes ‖w‖²/2 + C·Σ loss.
KEEP = "1 - dropout: dropout 0.2 is keep_prob 0.8"
ALPHA = "l2 = alpha × training rows / batch size"
DECAY = "l2 = weight_decay × training rows; adamw and lion have a weight_decay of their own"
LESS = "1 - accuracy, which is minimized"
SQUARED = "of a regression the mean squared error, in squared SDs of the target"
IN_SDS = "in SDs of the target"
WIDTHS = "a list: the width of each layer, such as [32, 16]"
SYNONYMS: Mapping[str, Meant] = {
    # Optimizers, initializers, activations, schedules.
    **_each("sgd gd", "gradient_descent"),
    **_each("kaiming kaiming_normal he_normal", "he"),
    **_each("kaiming_uniform", "he_uniform"),
    **_each("glorot_uniform xavier_uniform", "glorot"),
    **_each("xavier_normal", "glorot_normal"),
    **_each("lecun_normal", "lecun"),
    **_each("random_normal", "normal"),
    **_each("random_uniform", "uniform"),
    **_each("logistic", "sigmoid"),
    **_each("linear none", "identity"),
    **_each("cosine_annealing cosineannealinglr cosine_decay", "cosine"),
    **_each("exponential_decay exponentiallr", "exponential"),
    **_each("steplr", "step"),
    **_each("inverse_time_decay invscaling", "inverse_time"),
    **_each("warmup", "linear_warmup"),
    # Hyperparameters.
    **_each("lr eta learning_rate_init alpha0", "learning_rate"),
    **_each("batch minibatch_size mini_batch_size bs", "batch_size"),
    **_each("max_iter n_epochs num_epochs nb_epoch max_epochs iterations", "epochs"),
    **_each("layers hidden_layers hidden_layer_sizes units hidden_units hidden_size", "hidden"),
    **_each("n_layers num_layers depth width neurons n_units n_hidden", "hidden", WIDTHS),
    **_each("dropout dropout_rate drop_rate p_dropout", "keep_prob", KEEP),
    **_each("alpha", "l2", ALPHA),
    **_each("weight_decay wd", "l2 adamw", DECAY),
    **_each("c", "l2", "l2 = 1 / C"),
    **_each("lambda reg reg_lambda lambda_l2 l2_reg lambd", "l2"),
    **_each("kernel_regularizer l2_regularization", "l2", "Keras: l2 = 2 × training rows × its l2"),
    **_each("reg_alpha lambda_l1 l1_reg", "l1"),
    **_each("solver optim optimiser", "optimizer"),
    **_each(
        "momentum", "optimizer beta", "PyTorch's and Keras' is {classical_momentum: {beta: 0.9}}"
    ),
    **_each("nesterov nesterovs_momentum", "optimizer", "optimizer: nesterov"),
    **_each("betas", "beta1 beta2"),
    **_each("beta_1", "beta1"),
    **_each("beta_2", "beta2"),
    **_each("eps", "epsilon"),
    **_each("nonlinearity act", "activation"),
    **_each("init weight_init", "initializer"),
    **_each("lr_scheduler scheduler lr_schedule decay lr_decay learning_rate_decay", "schedule"),
    **_each("early_stopping", "patience", "a number of epochs, such as 10"),
    **_each("n_iter_no_change early_stopping_rounds stopping_rounds", "patience"),
    **_each("max_grad_norm grad_clip gradient_clip_val gradient_clipping clipping", "clip_norm"),
    **_each("class_weight pos_weight", "class_weights"),
    **_each("criterion loss_function loss_fn objective_function", "loss"),
    # Metrics.
    **_each("acc accuracy val_acc val_accuracy test_accuracy", "dev_error", LESS),
    **_each("error val_error multi_error binary_error", "dev_error"),
    **_each("test_error", "dev_error", "test rows choose nothing"),
    **_each("val_loss", "dev_loss"),
    **_each("test_loss", "dev_loss", "test rows choose nothing"),
    **_each("balanced_accuracy", "balanced_error", "1 - balanced accuracy, which is minimized"),
    **_each("roc_auc val_auc roc_auc_score auroc", "auc"),
    **_each("f1 f1_score f1_macro macro_f1_score", "macro_f1"),
    **_each("logloss neg_log_loss cross_entropy crossentropy nll nll_loss", "log_loss"),
    **_each("binary_crossentropy categorical_crossentropy binary_logloss", "log_loss"),
    **_each("sparse_categorical_crossentropy multi_logloss", "log_loss"),
    **_each("mse mean_squared_error neg_mean_squared_error", "dev_loss", SQUARED),
    **_each("r2 r2_score", "dev_loss", "its least is the highest R²: about 1 - dev_loss"),
    **_each(
        "rmse root_mean_squared_error neg_root_mean_squared_error",
        "dev_error",
        f"of a regression the RMSE, {IN_SDS}",
    ),
    **_each("mae neg_mean_absolute_error", "mean_absolute_error", IN_SDS),
    # Parts of the rows.
    **_each("training trn", "train"),
    **_each("val valid validate validation development", "dev"),
    **_each("testing tst holdout", "test"),
    # Searching and judging.
    **_each("bayes bayesian bayesian_optimization", "tpe gp"),
    **_each("tpesampler hyperopt", "tpe"),
    **_each("randomsampler random_search", "random"),
    **_each("gridsampler grid_search", "grid"),
    **_each("gaussian_process gpsampler", "gp"),
    **_each("sobol halton qmcsampler", "qmc"),
    **_each("evolutionary", "cmaes nsga2"),
    **_each("cmaessampler", "cmaes"),
    **_each("genetic nsgaiisampler", "nsga2"),
    **_each("asha sha successivehalvingpruner", "successive_halving"),
    **_each("medianpruner", "median"),
    **_each("hyperbandpruner", "hyperband"),
    **_each("n_iter", "trials epochs"),
    **_each("n_trials num_trials max_trials max_evals num_samples", "trials"),
    **_each("n_splits", "folds"),
    **_each("cv", "replicates folds"),
    **_each("random_state", "seed"),
    **_each("min minimum lower", "low"),
    **_each("max maximum upper", "high"),
    **_each("log_scale log_uniform loguniform", "log"),
    **_each("q", "step"),
}
# Hyperparameters of others that no network here has, and what to do instead.
OF_TREES = "of trees: boosting is trained beside the networks, as a baseline"
ABSENT: Mapping[str, str] = {
    **dict.fromkeys(("n_estimators", "num_boost_round", "max_depth", "num_leaves"), OF_TREES),
    **dict.fromkeys(("max_leaf_nodes", "min_child_samples", "min_samples_leaf"), OF_TREES),
    **dict.fromkeys(("min_child_weight", "subsample", "colsample_bytree"), OF_TREES),
    **dict.fromkeys(["kernel", "degree"], "of kernels: a network has none"),
    "shuffle": "batches are drawn anew in every epoch",
    "tol": "patience says when a training ends",
    **dict.fromkeys(["device", "gpu", "cuda"], "all is trained on the CPU"),
    **dict.fromkeys(["seed", "random_state"], "search: {seed: …}; a seed is never searched"),
}


def plain(name: str) -> str:
    """A word in small letters, with underscores."""
    return re.sub(r"[\s-]", "_", str(name).lower())


def meant(got: str, known: Iterable[str]) -> str:
    """`did you mean 'keep_prob' (1 - dropout: …)?`; "" where it is no word of others for these."""
    one, there = SYNONYMS.get(plain(got)), list(known)
    names = [name for name in one.names if name in there] if one else []
    if one is None or not names:
        return ""
    said = " or ".join(f"'{name}'" for name in names)
    return f"did you mean {said}{f' ({one.note})' * bool(one.note)}?"
