"""The eleven rules of the study file, one test a rule, messages included."""

import pickle
from typing import Any

import optuna
import pytest

from sweeps.base.errors import UserError
from sweeps.study.file import parsing
from sweeps.study.file.documents import Document, parse, value
from sweeps.study.file.overrides import override
from sweeps.study.file.parsing import RESERVED
from sweeps.study.hyperparameters.vocabulary import VOCABULARY, plain
from sweeps.study.metric_constraints import metric_constraint
from sweeps.study.spec import Study
from sweeps.training import seeds

HEAD = "name: a\ndata: {source: 'synthetic:moons'}\n"


def study(rest: str) -> Study:
    return parsing.study(parse(HEAD + rest, "s.yaml"))


def faults(rest: str, head: str = HEAD) -> list[str]:
    with pytest.raises(UserError) as caught:
        parsing.study(parse(head + rest, "s.yaml"))
    return str(caught.value).splitlines()


def sample(spec: Study, trials: int = 40) -> list[dict[str, Any]]:
    """Parameters that Optuna draws from the space."""
    random = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    return [spec.space.ask(random.ask()) for _ in range(trials)]


def test_rule_1_one_vocabulary_a_key_in_one_of_them_and_did_you_mean() -> None:
    assert faults("fixed: {l2: 1, lerning_rate: 1}\nspace: {l2: [0, 1], hiden: [[3]]}") == [
        "s.yaml:3: fixed.lerning_rate: expected a hyperparameter, got 'lerning_rate' "
        "(did you mean 'learning_rate'?)",
        "s.yaml:4: space.l2: expected each key in one of fixed and space, got 'l2' (it is in both)",
        "s.yaml:4: space.hiden: expected a hyperparameter, got 'hiden' (did you mean 'hidden'?)",
    ]
    assert faults("serch: {}\nspace: {}") == [
        "s.yaml:3: serch: expected a known key, got 'serch' (did you mean 'search'?)"
    ]
    assert faults("", head="description: x\ndata: {}\n") == [
        "s.yaml:1: space: expected a mapping of hyperparameters, got nothing",
        "s.yaml:1: name: expected a value, got nothing (a study's name is also its folder's)",
        "s.yaml:2: data.source: expected a value, got nothing (a file's name, or a set's "
        "like sklearn:wine)",
    ]
    empty = "description: x\nname: a\ndata: {source: a.csv, ignore: }\n"
    assert faults("space: {}", head=empty) == [
        "s.yaml:3: data.ignore: expected a list, got nothing (remove the line, or write [a, b])"
    ]
    # Everything else has a default.
    spec = study("space: {l2: [0, 1]}")
    assert (spec.replicates.count, spec.search.trials, spec.confirm.replicates) == (5, 100, 20)
    assert spec.space.default["hidden"] == (32, 16)


def test_rule_2_fixed_holds_literals_and_the_outermost_list_of_space_is_a_choice() -> None:
    assert faults("space: {hidden: [32, 16]}") == [
        "s.yaml:3: space.hidden: expected a list of lists, got [32, 16] "
        "(write [[32], [16]] to choose, or fixed.hidden: [32, 16])"
    ]
    assert study("fixed: {hidden: [32, 16]}\nspace: {}").space.default["hidden"] == (32, 16)
    assert study("fixed: {hidden: []}\nspace: {}").space.default["hidden"] == ()
    spec = study("space: {hidden: [[32], [16, 8], []]}")
    widths = {spec.space.configure(params)["hidden"] for params in sample(spec)}
    assert widths == {(32,), (16, 8), ()}
    assert faults("fixed: {l2: [0, 1]}\nspace: {}") == [
        "s.yaml:3: fixed.l2: expected a number >= 0, got [0, 1]"
    ]


def test_rule_3_ranges_choices_and_what_is_neither() -> None:
    text = """
space:
  learning_rate: {low: 0, high: 1, log: true}
  l2: {low: 2, high: 1}
  batch_size: {low: 1, high: 9, log: true, step: 2}
  keep_prob: 0.5
  optimizer: []
  activation: [relu, relu]
  initializer: {low: 0, high: 1}
  hidden: {choices: [[3]], low: 1}
"""
    assert faults(text) == [
        "s.yaml:5: space.learning_rate.low: expected a number > 0, got 0",
        "s.yaml:6: space.l2.low: expected a number < high (1), got 2 (or [x] to choose one)",
        "s.yaml:7: space.batch_size: expected log or step, not both, got both",
        "s.yaml:8: space.keep_prob: expected a list of choices or a range, got 0.5 "
        "(put it in fixed)",
        "s.yaml:9: space.optimizer: expected at least one choice, got []",
        "s.yaml:10: space.activation.1: expected each choice once, got 'relu' (it is there twice)",
        "s.yaml:11: space.initializer: expected a list of choices, got {'low': 0, 'high': 1} "
        "(initializer is not a number: it has no range)",
        "s.yaml:12: space.hidden: expected choices alone, got 'low' (a range is low and high)",
    ]
    assert faults("space: {l2: {low: 0, high: 1, log: true}}") == [
        "s.yaml:3: space.l2.low: expected a number > 0 on a log scale, got 0"
    ]
    # Types come from the vocabulary, not from spelling; one choice is allowed.
    spec = study(
        "space: {learning_rate: {low: 1, high: 3}, batch_size: {low: 2, high: 9, step: 3}, "
        "initializer: [he]}"
    )
    for params in sample(spec):
        assert isinstance(params["learning_rate"], float)
        assert params["batch_size"] in (2, 5, 8)
        assert params["initializer"] == "he"


@pytest.mark.parametrize(
    ("low", "high", "step", "values"),
    [
        ("0.1", "1", "0.3", [0.1, 0.4, 0.7, 1.0]),
        ("0.3", "0.9", "0.2", [0.3, 0.5, 0.7, 0.9]),
        ("0.05", "0.95", "0.07", [round(0.05 + n * 0.07, 2) for n in range(13)]),
        ("0.2", "0.9", "0.3", [0.2, 0.5, 0.8]),
    ],
)
def test_rule_3_steps_reach_the_last_that_fits(
    low: str, high: str, step: str, values: list[float]
) -> None:
    spec = study(f"space: {{keep_prob: {{low: {low}, high: {high}, step: {step}}}}}")
    drawn = {round(params["keep_prob"], 6) for params in sample(spec, 300)}
    assert sorted(drawn) == values


def test_rule_3_numbers_beyond_sense() -> None:
    huge = "1" + "0" * 400
    assert faults(f"space: {{batch_size: [{huge}]}}")[0].startswith(
        "s.yaml:3: space.batch_size.0: expected a whole number >= 1 or 'full', got 1000"
    )
    assert faults("space: {l2: {low: 0, high: 1, step: 1e-300}}") == [
        "s.yaml:3: space.l2.step: expected at most 1,000,000 steps, got '1e+300'"
    ]
    assert faults("space: {}\nreference: .inf\ntargets: {dev_error: .inf}") == [
        "s.yaml:4: reference: expected a finite number, got inf",
        "s.yaml:5: targets.dev_error: expected a finite number, got inf",
    ]


def test_rule_4_keep_prob() -> None:
    depth_2 = "fixed: {hidden: [9, 5]}\n"
    assert study("fixed: {keep_prob: [.8, .5]}\nspace: {}").space.default["keep_prob"] == (0.8, 0.5)
    assert faults("fixed: {keep_prob: [.8, .5, .3]}\nspace: {}") == [
        "s.yaml:3: fixed.keep_prob: expected one number per hidden layer (2), got [0.8, 0.5, 0.3]"
    ]
    scalars = study("space: {keep_prob: [.8, .5]}")
    assert {p["keep_prob"] for p in sample(scalars)} == {0.8, 0.5}
    lists = study(depth_2 + "space: {keep_prob: [[.8, .5], [1, 1]]}")
    found = {lists.space.configure(p)["keep_prob"] for p in sample(lists)}
    assert found == {(0.8, 0.5), (1.0, 1.0)}
    each = study(depth_2 + "space: {keep_prob: {per_layer: {low: .5, high: 1}}}")
    params = sample(each)[0]
    assert set(params) == {"keep_prob.0", "keep_prob.1"}
    assert each.space.configure(params)["keep_prob"] == tuple(params.values())
    assert faults("space: {hidden: [[3], [3, 3]], keep_prob: {per_layer: {low: .5, high: 1}}}") == [
        "s.yaml:3: space.keep_prob.per_layer: expected hidden layers of one fixed depth, "
        "got depths 1, 2"
    ]
    assert faults("space: {hidden: [[3], [3, 3]], keep_prob: [[.5, .5]]}") == [
        "s.yaml:3: space.keep_prob.0: expected one number per hidden layer (1 or 2), got [0.5, 0.5]"
    ]


@pytest.mark.parametrize("wrong", ["0", "1.5", "-1", "true", "'x'", ".nan"])
def test_rule_4_keep_prob_is_a_share(wrong: str) -> None:
    shown = {"'x'": "'x'", ".nan": "nan"}.get(wrong, wrong)
    expected = f"expected a number > 0 and <= 1, got {shown}"
    assert faults(f"fixed: {{keep_prob: {wrong}}}\nspace: {{}}") == [
        f"s.yaml:3: fixed.keep_prob: {expected}"
    ]
    assert faults(f"space: {{keep_prob: [{wrong}]}}") == [
        f"s.yaml:3: space.keep_prob.0: {expected}"
    ]


def test_rule_5_lists_reach_optuna_as_json_and_names_are_static() -> None:
    spec = study(
        "space: {hidden: [[3], [4, 5]], initializer: [he, {normal: {scale: .1}}], "
        "optimizer: {choices: {momentum: {beta: {low: .8, high: .9}}, adam: {}}}}"
    )
    assert [p.name for p in spec.space.parameters()] == [
        *("hidden", "initializer", "optimizer", "optimizer.momentum.beta")
    ]
    drawn = sample(spec)
    assert {p["hidden"] for p in drawn} == {"[3]", "[4, 5]"}
    assert {p["initializer"] for p in drawn} == {"he", '{"normal": {"scale": 0.1}}'}
    assert {"optimizer.momentum.beta" in p for p in drawn} == {True, False}
    for params in drawn:
        assert spec.space.locate(spec.space.configure(params)) == params


def test_rule_6_optimizers_and_their_settings() -> None:
    fixed = study("fixed: {optimizer: {adam: {beta1: .5}}}\nspace: {}").space.default["optimizer"]
    assert fixed == ("adam", (("beta1", 0.5), ("beta2", 0.999), ("epsilon", 1e-8)))
    spec = study(
        """
space:
  learning_rate: {low: 1e-4, high: 1e-1, log: true}
  optimizer:
    choices:
      momentum: {beta: [.8, .9], learning_rate: {low: 1, high: 2}}
      rmsprop: {epsilon: 1e-6, learning_rate: 0.5}
      adam:
"""
    )
    for params in sample(spec):
        config = spec.space.configure(params)
        arm = params["optimizer"]
        if arm == "momentum":
            assert "learning_rate" not in params
            assert 1 <= config["learning_rate"] <= 2
            assert config["learning_rate"] == params["optimizer.momentum.learning_rate"]
            assert dict(config["optimizer"][1])["beta"] in (0.8, 0.9)
        elif arm == "rmsprop":
            assert set(params) == {"optimizer"}
            assert config["learning_rate"] == 0.5
            assert dict(config["optimizer"][1])["epsilon"] == 1e-6
        else:
            assert config["learning_rate"] == params["learning_rate"] <= 0.1
    assert faults("space: {optimizer: {choices: {adma: {}, adam: {beta3: 1, beta1: 1}}}}") == [
        "s.yaml:3: space.optimizer.choices.adma: expected a known optimizer, got 'adma' "
        "(did you mean 'adam'?)",
        "s.yaml:3: space.optimizer.choices.adam.beta3: expected a known setting, got 'beta3' "
        "(did you mean 'beta2'?)",
        "s.yaml:3: space.optimizer.choices.adam.beta1: expected a number >= 0 and < 1, got 1",
    ]
    assert faults("fixed: {optimizer: {adam: {}, rmsprop: {}}}\nspace: {}")[0].startswith(
        "s.yaml:3: fixed.optimizer: expected a name, or one name with its settings, got {"
    )
    assert faults("space: {optimizer: {choices: {adam: {optimizer: [adam]}}}}") == [
        "s.yaml:3: space.optimizer.choices.adam.optimizer: expected a hyperparameter that no "
        "choice around it decides, got 'optimizer'"
    ]
    assert faults("space: {optimizer: {choices: {adam: {beta3: 1}}}}") == [
        "s.yaml:3: space.optimizer.choices.adam.beta3: expected a known setting, got 'beta3' "
        "(did you mean 'beta2'?)",
    ]


def test_rule_6_two_words_cannot_decide_a_third() -> None:
    text = (
        "space: {{optimizer: {{choices: {{adam: {{{0}}}}}}}, "
        "initializer: {{choices: {{he: {{{1}}}}}}}}}"
    )
    assert faults(text.format("l2: [1]", "l2: [2, 3]")) == [
        "s.yaml:3: space.initializer: expected one place that decides l2, got two: optimizer too"
    ]
    assert faults(text.format("initializer: he", "optimizer: adam")) == [
        "s.yaml:3: space.initializer: expected one place that decides initializer, "
        "got two: optimizer too"
    ]
    study(text.format("l2: [1]", "keep_prob: [0.5]"))
    study("space: {optimizer: {choices: {adam: {initializer: {normal: {scale: 0.1}}}}}}")


def test_rule_6_an_arm_cannot_change_the_horizon() -> None:
    assert faults("space: {optimizer: {choices: {adam: {epochs: 9}}}}")[0].startswith(
        "s.yaml:3: space.optimizer.choices.adam.epochs: expected a hyperparameter that can be "
        "searched, got 'epochs'"
    )


def test_rule_4_depths_inside_arms_and_of_the_default_count() -> None:
    arms = "optimizer: {choices: {adam: {hidden: [[3], [4]]}, rmsprop: {}}}"
    assert faults(f"fixed: {{keep_prob: [.8, .5]}}\nspace: {{{arms}}}") == [
        "s.yaml:3: fixed.keep_prob: expected one number per hidden layer (1 or 2), got [0.8, 0.5]"
    ]
    deep = study("fixed: {keep_prob: [.5, .4, .3]}\nspace: {hidden: [[3, 3, 3], [4, 4, 4]]}")
    assert deep.space.default["hidden"] == (3, 3, 3)  # the vocabulary's own would not fit


def test_rule_7_the_defaults_are_located_in_the_space_or_not() -> None:
    inside = study("space: {learning_rate: {low: 1e-4, high: 1}, optimizer: [adam, rmsprop]}")
    params = inside.space.locate(inside.space.default)
    assert params == {"learning_rate": 1e-3, "optimizer": "adam"}
    outside = study("space: {l2: {low: 1e-6, high: 1, log: true}}")
    assert outside.space.locate(outside.space.default) is None
    arms = study("space: {optimizer: {choices: {adam: {beta1: {low: .8, high: .95}}}}}")
    assert arms.space.locate(arms.space.default) == {
        "optimizer": "adam",
        "optimizer.adam.beta1": 0.9,
    }
    other = study("space: {optimizer: {choices: {adam: {beta1: .5}}}}")
    assert other.space.locate(other.space.default) is None


def test_rule_8_set_moves_a_key_and_the_name_is_a_folders() -> None:
    document = parse(HEAD + "fixed: {epochs: 9}\nspace: {l2: [0, 1], hidden: [[3], [4]]}", "s.yaml")
    override(document, [("fixed.l2", value("1e-4", "--set")), ("search.trials", 7)])
    override(document, [("space.epochs", [1])])
    with pytest.raises(UserError) as caught:
        parsing.study(document)
    assert str(caught.value).startswith(
        "--set space.epochs: space.epochs: expected a hyperparameter that can be searched, got "
        "'epochs'"
    )
    override(document, [("fixed.epochs", 5)])
    spec = parsing.study(document)
    assert spec.space.default["l2"] == 1e-4
    assert [d.names for d in spec.space.dimensions] == [("hidden",)]
    assert (spec.search.trials, spec.epochs) == (7, 5)
    with pytest.raises(UserError, match=r"--set name.x: name: expected a mapping, got 'a'"):
        override(document, [("name.x", 1)])
    for name in ("", "A", "-a", "a/b", "..", "a" * 65, "é"):
        told = faults("space: {}", head=f"name: '{name}'\ndata: {{source: 'synthetic:moons'}}\n")
        assert told[0].startswith("s.yaml:1: name: expected 1 to 64 of a-z, 0-9, '.', '_' and '-'")


def test_rule_9_reserved_names_say_so() -> None:
    for path in RESERVED:
        section, _, key = path.rpartition(".")
        parents = section.split(".") if section else []
        nested: Any = {key: {"x": 1}}
        for parent in reversed(parents):
            nested = {parent: nested}
        document = Document(
            {"name": "a", "data": {"source": "x"}, "space": {}} | nested, {}, "s.yaml"
        )
        with pytest.raises(UserError) as caught:
            parsing.study(document)
        assert f"{path}: expected a key of this version, got '{key}'" in str(caught.value)
        assert "later version" in str(caught.value)
    assert faults("schedule: cosine\nspace: {}") == [
        "s.yaml:3: schedule: expected a known key, got 'schedule' "
        "(a hyperparameter: put it in fixed or space)"
    ]
    assert study("space: {}\nreplicates: {count: 7}").replicates.count == 7
    assert faults("space: {}\nsearch: {pruner: median}\nobjective: [dev_loss, flops]") == [
        "s.yaml:4: search.pruner: expected no pruner with several objectives, got 'median'"
    ]
    assert study("space: {}\nobjective: [dev_loss, flops]").pruner.name == "none"


def test_rule_10_all_faults_at_once_each_with_its_line() -> None:
    text = """
nmae: x
space: {optimizer: [adma], l2: {low: 1, high: 1e-4}}
objective: {metric: dev_los}
replicates: 0
search: {trials: 1.5, window: x}
confirm: 7
targets: {dev_error: -1}
"""
    assert faults(text) == [
        "s.yaml:4: nmae: expected a known key, got 'nmae' (did you mean 'name'?)",
        "s.yaml:5: space.optimizer.0: expected a known name, got 'adma' (did you mean 'adam'?)",
        "s.yaml:5: space.l2.low: expected a number < high (0.0001), got 1 (or [x] to choose one)",
        "s.yaml:6: objective.metric: expected a known metric, got 'dev_los' "
        "(did you mean 'dev_loss'?)",
        "s.yaml:7: replicates: expected a number >= 1, got 0",
        "s.yaml:8: search.trials: expected a whole number, got 1.5",
        "s.yaml:8: search.window: expected a whole number, got 'x'",
        "s.yaml:9: confirm: expected a mapping, got 7",
        "s.yaml:10: targets.dev_error: expected a number > 0, got -1",
    ]


def test_rule_10_all_faults_of_one_word_too() -> None:
    text = "space: {hidden: [[0, -1], [x]], l2: {low: -1, lgo: 1}}"
    assert faults(text) == [
        "s.yaml:3: space.hidden.0.0: expected a whole number >= 1 and <= 100000, got 0",
        "s.yaml:3: space.hidden.0.1: expected a whole number >= 1 and <= 100000, got -1",
        "s.yaml:3: space.hidden.1.0: expected a whole number >= 1 and <= 100000, got 'x'",
        "s.yaml:3: space.l2.lgo: expected low, high, and log or step, got 'lgo' "
        "(did you mean 'low'?)",
        "s.yaml:3: space.l2.low: expected a number >= 0, got -1",
        "s.yaml:3: space.l2: expected low and high, got no high",
    ]


def test_rule_10_sections_that_are_commented_out_are_not_there() -> None:
    assert study("space: {}\ntargets:\nsearch:\nconfirm:\n").search.trials == 100


def test_rule_10_yaml_1_2_alone() -> None:
    assert faults(HEAD + "space: {}", head="%YAML 1.1\n---\n") == [
        "s.yaml: expected YAML 1.2, got '%YAML 1.1'"
    ]
    with pytest.raises(UserError, match=r"--set l2: expected one value, got '1.nfoo: 2'"):
        value("1\nfoo: 2", "--set l2")


def test_rule_11_seeds_are_paired_within_a_phase_and_disjoint_between() -> None:
    def draws(phase: int, replicates: range) -> list[float]:
        streams = seeds.streams(0, phase, replicates)
        all_of_them = (*streams.initial, *streams.order, *streams.dropout)
        return [generator.random() for generator in all_of_them]

    search, confirm = draws(seeds.SEARCH, range(5)), draws(seeds.CONFIRM, range(5))
    assert search == draws(seeds.SEARCH, range(5))
    assert len({*search, *confirm}) == 30
    # Replicate 3 is itself, whoever trains beside it.
    assert draws(seeds.SEARCH, range(3, 4)) == search[3::5]
    assert faults("space: {seed: [1, 2]}")[0].startswith(
        "s.yaml:3: space.seed: expected a hyperparameter, got 'seed'"
    )


@pytest.mark.parametrize("bound", [0.02, 1234567.0, 74505601.0, 1e-7, 2.5e17, 0.1 + 0.2, -3.0])
def test_a_limit_reads_as_it_is_written(bound: float) -> None:
    assert metric_constraint(f"updates <= {bound!r}").bound == bound
    assert metric_constraint(metric_constraint(f"updates <= {bound!r}").text).bound == bound
    assert metric_constraint("updates <= 1234567").text == "updates <= 1234567"


def test_a_word_inside_an_inner_arm_replaces_the_outer_one_in_that_arm_alone() -> None:
    inner = "{choices: {step: {keep_prob: {per_layer: {low: 0.6, high: 0.7}}}, constant: {}}}"
    spec = study(
        "fixed: {hidden: [8, 4]}\nspace:\n  keep_prob: {low: 0.8, high: 0.9}\n"
        f"  optimizer: {{choices: {{adam: {{schedule: {inner}}}, lion: {{}}}}}}\n"
    )
    for params in sample(spec):
        is_replaced = params.get("optimizer.adam.schedule") == "step"
        assert ("keep_prob" in params) is not is_replaced
        assert ("optimizer.adam.schedule.step.keep_prob.1" in params) is is_replaced
        config = spec.space.configure(params)
        assert isinstance(config["keep_prob"], tuple) is is_replaced
        assert spec.space.locate(config) == params


def test_what_decides_is_asked_before_what_it_decides_whatever_the_files_order() -> None:
    spec = study(
        "space:\n  learning_rate: [0.01, 0.02]\n"
        "  schedule: {choices: {cosine: {learning_rate: [0.5]}, constant: {}}}\n"
        "  optimizer: {choices: {adam: {schedule: [step]}, lion: {}}}\n"
    )
    for params in sample(spec):
        config = spec.space.configure(params)
        is_decided = params["optimizer"] == "adam"
        assert (config["schedule"][0] == "step") is ("schedule" not in params) is is_decided
        assert (config["learning_rate"] == 0.5) is (config["schedule"][0] == "cosine")
        assert spec.space.locate(config) == params


def test_a_study_in_another_process_means_what_it_meant_here() -> None:
    spec = study(
        "trainer: {call: 'm:train', parameters: {strength: {type: float, default: 1, low: 0}}}\n"
        "constraints: [strength < 8 when l2 > 0]\n"
        "space:\n  strength: {low: 0.1, high: 10}\n  l2: [0, 0.1]\n"
        "  optimizer: {choices: {adam: {beta1: {low: 0.8, high: 0.9}}, lion: {schedule: [step]}}}\n"
    )
    there = pickle.loads(pickle.dumps(spec))
    for params in sample(spec):
        config = spec.space.configure(params)
        assert there.space.configure(params) == config
        assert there.space.locate(config) == spec.space.locate(config)
        assert config["optimizer"] == VOCABULARY.canonical("optimizer", plain(config["optimizer"]))


def test_entries_that_decide_each_other_in_a_circle_are_refused() -> None:
    assert faults(
        "space:\n  schedule: {choices: {cosine: {initializer: [he]}}}\n"
        "  initializer: {choices: {he: {optimizer: [adam]}}}\n"
        "  optimizer: {choices: {adam: {schedule: [step]}}}\n"
    ) == [
        "s.yaml:4: space.schedule: expected an entry that no other decides, "
        "got a circle: schedule, initializer, optimizer"
    ]


ARMS = (
    "fixed: {hidden: [8, 4]}\nspace:\n  learning_rate: {low: 1e-3, high: 1e-1, log: true}\n"
    "  optimizer:\n    choices:\n      lion: {beta1: 0.95, learning_rate: 0.5}\n"
    "      adam: {schedule: {choices: {step: {keep_prob: [0.6, 0.7]}, cosine: {floor: 0.1}}}}\n"
)


@pytest.mark.parametrize(
    ("given", "params"),
    [
        ("optimizer: lion", {"optimizer": "lion"}),
        ("optimizer: {lion: }", {"optimizer": "lion"}),
        ("optimizer: {lion: {learning_rate: 0.5}}", {"optimizer": "lion"}),
        (
            "optimizer: {adam: {schedule: {step: {keep_prob: 0.7}}}}, learning_rate: 0.01",
            {
                "optimizer": "adam",
                "optimizer.adam.schedule": "step",
                "optimizer.adam.schedule.step.keep_prob": 0.7,
                "learning_rate": 0.01,
            },
        ),
        (
            "schedule: cosine, optimizer: adam",
            {"optimizer": "adam", "optimizer.adam.schedule": "cosine", "learning_rate": 0.001},
        ),
    ],
)
def test_what_is_enqueued_is_said_as_the_space_says_it(given: str, params: dict[str, Any]) -> None:
    (found,) = study(f"{ARMS}enqueue: [{{{given}}}]\n").enqueue
    assert found == params


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (
            "optimizer: {lion: {beta1: 0.9}}",
            "enqueue.0: expected a setting within the space, got one outside (optimizer)",
        ),
        (
            "optimizer: {adam: {schedule: cosine}}, schedule: step",
            "enqueue.0.optimizer.schedule: expected one value of schedule, got two",
        ),
        (
            "optimizer: {adam: {epochs: 3}}",
            "enqueue.0.epochs: expected a hyperparameter that is searched, got 'epochs' "
            "(it is fixed)",
        ),
    ],
)
def test_what_is_enqueued_outside_the_space_is_refused(given: str, fault: str) -> None:
    assert faults(f"{ARMS}enqueue: [{{{given}}}]\n") == [f"s.yaml:10: {fault}"]


@pytest.mark.parametrize(
    ("reduce", "fault"),
    [
        ("{quantile: 1.5}", ".quantile: expected a number <= 1, got 1.5"),
        ("{sd: -1}", ".sd: expected a number >= 0, got -1"),
        ("{}", ": expected one of quantile and sd, got both or none"),
        ("{sdd: 1}", ".sdd: expected a known key, got 'sdd' (did you mean 'sd'?)"),
        ("meen", ": expected mean, median or worst, got 'meen' (did you mean 'mean'?)"),
    ],
)
def test_a_reduction_at_fault_is_told_once(reduce: str, fault: str) -> None:
    for path, objective in (("", "{}"), (".0", "[{}]")):
        one = objective.replace("{}", f"{{metric: auc, reduce: {reduce}}}")
        said = faults(f"space: {{l2: [0, 1]}}\nobjective: {one}\n")
        assert said == [f"s.yaml:4: objective{path}.reduce{fault}"]
