"""The page in a real chromium: no request, no error, no overflow, sorted by a click, accessible."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sweeps.commands.work import compare, compare_page

pytestmark = pytest.mark.browser
KINDS = ["ordinary", "unconfirmed", "regression", "arms", "front"]


@pytest.fixture
def opened(browser: Any, page_of: Callable[[Path], Path]) -> Callable[..., Any]:
    """Opens the page of a folder: the tab, what it asked for and what it complained of."""
    return lambda folder, **context: _opened(browser, page_of(folder), context)


@contextmanager
def _opened(browser: Any, path: Path, context: dict[str, Any]) -> Iterator[Any]:
    view = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | context)
    tab, asked, said = view.new_page(), [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda fault: said.append(str(fault)))
    tab.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    tab.goto(path.as_uri())
    yield tab, asked, said
    view.close()


@pytest.mark.parametrize("what", KINDS)
def test_it_asks_for_nothing_and_complains_of_nothing(
    opened: Callable[..., Any], folder_of: Callable[[str], Path], what: str
) -> None:
    with opened(folder_of(what)) as (tab, asked, said):
        tab.wait_for_timeout(150)
        assert [url for url in asked if not url.startswith("data:")] == [tab.url]
        assert said == []


@pytest.mark.parametrize("what", KINDS)
def test_nothing_overflows(
    opened: Callable[..., Any], folder_of: Callable[[str], Path], what: str
) -> None:
    with opened(folder_of(what)) as (tab, _, _):
        for width in (1280, 375):
            tab.set_viewport_size({"width": width, "height": 800})
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            wide = tab.evaluate(
                """() => [...document.querySelectorAll("main *:not(svg *)")].filter((e) =>
                    !e.closest(".scroll, pre, .hidden") &&
                    e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML)"""
            )
            assert wide == []


@pytest.mark.parametrize("what", ["multiclass", "folds of numbers"])
def test_letters_of_what_it_learned_keep_apart(
    opened: Callable[..., Any], folder_of: Callable[[str], Path], what: str
) -> None:
    with opened(folder_of(what), viewport={"width": 375, "height": 800}) as (tab, _, _):
        found = tab.evaluate(
            """() => [...document.querySelectorAll("#learned svg")].flatMap((svg) => {
                const all = svg.getBoundingClientRect();
                const each = [...svg.querySelectorAll("text")].map((text) =>
                    [text.textContent, text.getBoundingClientRect()]);
                const cut = each.filter(([, a]) => a.left < all.left - 1 ||
                    a.right > all.right + 1 || a.top < all.top - 1 || a.bottom > all.bottom + 1);
                const over = each.flatMap(([one, a], n) => each.slice(n + 1).filter(([, b]) =>
                    a.left < b.right - 1 && b.left < a.right - 1 &&
                    a.top < b.bottom - 3 && b.top < a.bottom - 3).map(([two]) => [one, two]));
                return [...cut.map(([text]) => text), ...over];
            })"""
        )
        assert found == []


def column(tab: Any, number: int) -> Any:
    return tab.evaluate(
        f"""() => [...document.querySelectorAll("#trials-table tbody tr")].map(
            (row) => row.cells[{number}].firstChild.textContent)"""
    )


def test_a_click_sorts_and_says_so(opened: Callable[..., Any], make: Callable[..., Path]) -> None:
    with opened(make()) as (tab, _, said):
        tab.locator("#runs summary").click()
        before = column(tab, 0)
        heads = tab.locator("#trials-table thead th").all_inner_texts()
        place = next(n for n, text in enumerate(heads) if text.startswith("Dev loss"))
        button = tab.locator(f"#trials-table thead th:nth-child({place + 1}) button")
        for direction in ("ascending", "descending"):
            button.click()
            head = tab.locator(f"#trials-table thead th:nth-child({place + 1})")
            assert head.get_attribute("aria-sort") == direction
            values = [float(text) for text in column(tab, place) if text != "–"]
            assert values == sorted(values, reverse=direction == "descending")
            assert column(tab, place)[-1] == "–", "what is missing comes last, either way"
        tab.locator("#trials-table thead th:nth-child(1) button").press("Enter")
        assert column(tab, 0) == before
        assert tab.locator("#trials-table th[aria-sort]").count() == 1
        assert said == []


def test_trials_are_filtered_and_open_their_curves(
    opened: Callable[..., Any], make: Callable[..., Path]
) -> None:
    with opened(make(), viewport={"width": 375, "height": 800}) as (tab, _, said):
        tab.locator("#runs summary").click()
        rows = tab.locator("#trials-table tbody tr[id] >> visible=true")
        assert rows.count() == 40
        tab.get_by_label("Only trials with").fill("complete ADAM")
        texts = rows.all_inner_texts()
        assert 0 < len(texts) < 40
        assert all("adam" in text and "complete" in text for text in texts)
        assert tab.locator("#runs .filter output").inner_text() == f"{len(texts)} of 40 trials"
        button = rows.nth(1).locator("button")
        button.press("Enter")
        picture = tab.get_by_role("img", name="trial 2, error by epoch")
        assert picture.is_visible()
        tab.locator("#trials-table thead button").first.click()
        assert picture.count() == 0, "a curve stays with no other row"
        assert rows.count() == len(texts)
        assert said == []


def test_a_range_on_an_axis_keeps_the_trials_between_its_ends(
    opened: Callable[..., Any], make: Callable[..., Path]
) -> None:
    folder = make()
    rate = pd.read_parquet(folder / "trials.parquet").set_index("trial")["param.learning_rate"]
    with opened(folder) as (tab, _, said):
        tab.locator("#runs summary").click()
        lines = tab.locator("#parallel-figure .lines path:not(.off)")
        everything = lines.count()
        lowest = tab.get_by_role("slider", name="learning_rate, lowest shown")
        for _ in range(5):
            lowest.press("PageUp")
        share = float(lowest.get_attribute("aria-valuenow")) / 100
        bound = 1e-4 * 5000**share
        kept = {int(line.get_attribute("data-trial")) for line in lines.all()}
        assert share == 0.5
        assert kept == set(rate.index[rate > bound]) - {20}, "the one that failed has no line"
        rows = tab.locator("#trials-table tbody tr[id] >> visible=true")
        assert rows.count() == len(kept) + 1
        lowest.press("Escape")
        assert lines.count() == everything
        area = tab.locator("#parallel-figure .axis > .area").first
        area.scroll_into_view_if_needed()
        box = area.bounding_box()
        middle = box["y"] + box["height"] / 2
        tab.mouse.move(box["x"] + 0.3 * box["width"], middle)
        tab.mouse.down()
        tab.mouse.move(box["x"] + 0.5 * box["width"], middle, steps=3)
        tab.mouse.up()
        assert 0 < lines.count() < len(kept)
        tab.get_by_role("button", name="Show all trials").click()
        assert lines.count() == everything
        assert said == []


def test_the_front_sorts_by_its_numbers(
    opened: Callable[..., Any], folder_of: Callable[[str], Path]
) -> None:
    """1 537 parameters come after 321, however they are written."""
    with opened(folder_of("front")) as (tab, _, _):
        heads = tab.locator("#pareto-table thead th").all_inner_texts()
        place = next(n for n, text in enumerate(heads) if text.startswith("Parameters"))
        tab.locator(f"#pareto-table thead th:nth-child({place + 1}) button").click()
        shown = tab.evaluate(
            f"""() => [...document.querySelectorAll("#pareto-table tbody tr")].map(
                (row) => Number(row.cells[{place}].textContent.replaceAll("\u00a0", "")))"""
        )
        assert len(shown) >= 2
        assert shown == sorted(shown)


def test_it_reads_the_same_without_scripts(
    opened: Callable[..., Any], make: Callable[..., Path]
) -> None:
    with opened(make()) as (tab, _, _):
        scripted = tab.inner_text("main")
    with opened(make(), java_script_enabled=False) as (tab, _, _):
        assert tab.inner_text("main").split() == scripted.split()


def test_a_deep_link_leads_to_its_trial(
    opened: Callable[..., Any], make: Callable[..., Path]
) -> None:
    with opened(make()) as (tab, _, _):
        tab.locator("#confirmed-table tbody a").first.click()
        target = tab.evaluate("document.querySelector(':target').id")
        assert target.startswith("trial-")
        assert tab.locator(":target").is_visible()


FIRST = (".answer", ".why", ".how", ".facts", "#recommended svg", ".next")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_first_screen_holds_the_answer_and_what_to_do(
    opened: Callable[..., Any], make: Callable[..., Path], width: int, height: int
) -> None:
    with opened(make(), viewport={"width": width, "height": height}) as (tab, _, _):
        for name in FIRST:
            shown = tab.locator(f"{name} >> visible=true")
            assert shown.count() == 1, "of the two drawings the one that fits"
            box = shown.bounding_box()
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= height, name
        smallest = tab.evaluate(
            """() => Math.min(...[...document.querySelectorAll("#recommended svg text")]
                .filter((e) => e.getBoundingClientRect().height)
                .map((e) => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a))"""
        )
        assert smallest >= 11


SMALL = {"trials": 6, "top": 1, "confirmed": 4}  # every section, few rows
ARMS = {"search": {"per": "optimizer", "sampler": "random"}}
AIMS = {"objectives": ("dev_error", "parameters"), "limits": ("dev_loss <= 0.3",)}


@pytest.mark.parametrize("aims", [ARMS, AIMS], ids=["arms", "a front"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(
    opened: Callable[..., Any], make: Callable[..., Path], scheme: str, aims: dict[str, Any]
) -> None:
    folder = make(**SMALL, **aims)
    expect_accessible(opened(folder, color_scheme=scheme, bypass_csp=True))


def expect_accessible(view: Any) -> None:
    """No violation of levels A and AA, all that is folded opened."""
    try:
        from axe_core_python.sync_playwright import Axe
    except ImportError:
        words = "axe-core is missing: pip install axe-core-python"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    with view as (tab, _, _):
        tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
        found = Axe().run(tab, options=rules)
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_comparison_is_such_a_page(
    browser: Any, make: Callable[..., Path], tmp_path: Path, scheme: str
) -> None:
    folders = [make(**SMALL, **AIMS), make(**SMALL, **ARMS)]
    place = compare_page.write(compare.compare(folders, None), tmp_path / "c.html")
    with _opened(browser, place, {"color_scheme": scheme}) as (tab, asked, said):
        tab.wait_for_timeout(150)
        assert [url for url in asked if not url.startswith("data:")] == [tab.url]
        assert said == []
        tab.set_viewport_size({"width": 375, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= 375
    expect_accessible(_opened(browser, place, {"color_scheme": scheme, "bypass_csp": True}))
