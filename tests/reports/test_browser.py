"""The page in a real chromium: no request, no error, no overflow, sorted by a click, accessible."""

import os
import re
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


PAPER = 718  # pixels between the margins of A4


def test_paper_is_light_and_wide_enough(
    opened: Callable[..., Any], make: Callable[..., Path]
) -> None:
    view = {"width": PAPER, "height": 1046}
    with opened(make(), viewport=view, color_scheme="dark") as (tab, _, _):
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        tab.emulate_media(media="print")
        assert tab.evaluate("document.documentElement.scrollWidth") <= PAPER
        look = "getComputedStyle(document.body)"
        assert tab.evaluate(f"{look}.backgroundColor") == "rgb(255, 255, 255)"
        assert tab.evaluate(f"{look}.getPropertyValue('--c0').trim()") == "#1f5fa8"
        assert tab.locator("#trials-table").is_visible()
        assert tab.locator("figure summary >> visible=true").count() == 0
        assert tab.locator("#parallel-figure").is_hidden()
        assert "Left out on paper" in tab.locator("#search").inner_text()
        pages = re.findall(rb"/Type\s*/Page\b", tab.pdf(prefer_css_page_size=True, format="A4"))
        assert 5 < len(pages) <= 18


@pytest.mark.parametrize("what", KINDS)
def test_nothing_overflows(
    opened: Callable[..., Any], folder_of: Callable[[str], Path], what: str
) -> None:
    with opened(folder_of(what)) as (tab, _, _):
        for width in (1280, 375):
            tab.set_viewport_size({"width": width, "height": 800})
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            unfold(tab)
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            wide = tab.evaluate(
                """() => [...document.querySelectorAll("main *:not(svg *)")].filter((e) =>
                    !e.closest(".scroll, pre, .hidden") &&
                    e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML)"""
            )
            assert wide == []


SEEN = [*KINDS, "multiclass", "folds of numbers"]


@pytest.mark.parametrize("what", SEEN)
def test_letters_of_every_figure_can_be_read_on_a_phone(
    opened: Callable[..., Any], folder_of: Callable[[str], Path], what: str
) -> None:
    """Of 11 px and more, whole, apart from each other, and told from the ground in both themes."""
    with opened(folder_of(what), viewport={"width": 375, "height": 800}) as (tab, _, _):
        unfold(tab)
        assert tab.evaluate("document.querySelectorAll('.panel svg text').length") > 20
        for scheme in ("light", "dark"):
            tab.emulate_media(color_scheme=scheme)
            assert tab.evaluate(UNREADABLE) == []


UNREADABLE = """() => {
    const light = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((one) => one / 255)
        .map((one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        .reduce((sum, one, n) => sum + one * [0.2126, 0.7152, 0.0722][n], 0);
    const ground = light(getComputedStyle(document.body).backgroundColor);
    const contrast = (one) => (Math.max(one, ground) + 0.05) / (Math.min(one, ground) + 0.05);
    const shown = (svg) => svg.getBoundingClientRect().width;
    return [...document.querySelectorAll(".panel svg")].filter(shown).flatMap((svg) => {
        const all = svg.getBoundingClientRect(), name = svg.querySelector("title").textContent;
        const each = [...svg.querySelectorAll("text")].map((text) => {
            const to = text.getScreenCTM(), look = getComputedStyle(text);
            return {said: text.textContent, box: text.getBoundingClientRect(),
                turned: to.b !== 0, size: parseFloat(look.fontSize) * Math.hypot(to.a, to.b),
                contrast: contrast(light(look.fill))};
        });
        const wrong = each.filter(({box, size, contrast}) => size < 11 || contrast < 4.5 ||
            box.left < all.left - 1 || box.right > all.right + 1 ||
            box.top < all.top - 2 || box.bottom > all.bottom + 2);
        const over = each.flatMap((one, n) => each.slice(n + 1).filter((two) =>
            !(one.turned && two.turned) &&
            one.box.left < two.box.right - 1 && two.box.left < one.box.right - 1 &&
            one.box.top < two.box.bottom - 3 && two.box.top < one.box.bottom - 3)
            .map((two) => `${one.said} | ${two.said}`));
        return [...wrong.map((one) => [name, one]), ...over.map((both) => [name, both])];
    });
}"""


def test_figures_say_their_values_and_mark_a_trial_everywhere(
    opened: Callable[..., Any], make: Callable[..., Path]
) -> None:
    with opened(make()) as (tab, _, said):
        unfold(tab)
        tip, first = tab.locator(".tip"), tab.locator("#scatter svg").first
        first.scroll_into_view_if_needed()
        dots = first.locator("path.m[data-t]").first
        trial = dots.get_attribute("data-t").split()[0]
        x, y = re.match(r"M([\d.]+) ([\d.]+)", dots.get_attribute("d")).groups()
        at = first.evaluate(
            f"(svg) => new DOMPoint({x}, {y}).matrixTransform(svg.getScreenCTM()).toJSON()"
        )
        tab.mouse.move(at["x"], at["y"])
        assert re.fullmatch(rf"trial {trial}: [a-z ]+ [\d.]+, dev loss [\d.]+", tip.inner_text())
        tab.mouse.click(at["x"], at["y"])
        button, rings = tab.locator(".chosen-bar button"), tab.locator("circle.chosen")
        assert button.get_attribute("aria-pressed") == "true"
        assert f"Trial {trial} is marked" in button.inner_text()
        with_it = [
            svg.locator(f"path[data-t~='{trial}']").count()
            for svg in tab.locator(".panel svg").all()
        ]
        assert rings.count() == sum(with_it) >= 2
        lines = tab.locator("#parallel-figure path.on")
        assert [line.get_attribute("data-trial") for line in lines.all()] == [trial]
        tab.keyboard.press("Escape")
        assert not button.is_visible()
        assert rings.count() == lines.count() == 0
        label = tab.locator("#errors svg text", has_text=re.compile(r"trial \d+")).first
        named = re.search(r"trial \d+", label.text_content())[0]
        label.locator("tspan").last.click()
        assert button.inner_text().startswith(named.capitalize())
        for figure in ("errors", "gaps"):
            marked = tab.locator(f"#{figure} svg text.on").all_text_contents()
            assert {one[-len(named) :] for one in marked} == {named}, figure
        tab.keyboard.press("Escape")
        curve = tab.locator("#curves-error svg").first
        curve.focus()
        curve.press("ArrowRight")
        assert re.search(r": epoch [\d.]+, error [\d.]+ %$", tip.inner_text())
        assert said == []


def unfold(tab: Any) -> None:
    """Everything on the page."""
    tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")


def column(tab: Any, number: int) -> Any:
    return tab.evaluate(
        f"""() => [...document.querySelectorAll("#trials-table tbody tr")].map(
            (row) => row.cells[{number}].firstChild.textContent)"""
    )


def test_a_click_sorts_and_says_so(opened: Callable[..., Any], make: Callable[..., Path]) -> None:
    with opened(make()) as (tab, _, said):
        unfold(tab)
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
        unfold(tab)
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
        unfold(tab)
        lines = tab.locator("#parallel-figure path[data-trial]:not(.off)")
        everything = lines.count()
        lowest = tab.get_by_role("slider", name="learning rate, lowest shown")
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
        area = tab.locator("#parallel-figure g[data-axes] > .area").first
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


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_link_opens_what_is_folded(
    opened: Callable[..., Any], make: Callable[..., Path], has_scripts: bool
) -> None:
    """A trial's row, a folded section; a word's meaning where no script says it at the word."""
    links = [("#confirmed-table tbody a", "trial-"), ("nav a[href='#methods']", "methods")]
    if not has_scripts:
        links.append(("main a.word >> visible=true", "word-"))
    with opened(make(), java_script_enabled=has_scripts) as (tab, _, _):
        for link, start in links:
            tab.locator(link).first.click()
            target = tab.locator(":target")
            assert target.get_attribute("id").startswith(start)
            assert target.is_visible()
            assert tab.locator("details[open] :target").count() == 1


def test_a_word_says_what_it_means_where_it_stands(
    opened: Callable[..., Any], make: Callable[..., Path]
) -> None:
    """By touch, by the keys and by the mouse; it closes again, and the place is kept."""
    view = {"width": 375, "height": 812}
    with opened(make(), viewport=view, has_touch=True) as (tab, _, said):
        word, other = (tab.locator("main a.word >> visible=true").nth(n) for n in (0, 1))
        meaning, box = word.get_attribute("data-means"), tab.get_by_role("tooltip")
        assert meaning
        word.scroll_into_view_if_needed()
        place = tab.evaluate("scrollY")
        word.tap()
        assert box.inner_text() == meaning
        assert word.get_attribute("aria-describedby") == box.get_attribute("id")
        sides = box.bounding_box()
        assert sides["x"] >= 0
        assert sides["x"] + sides["width"] <= 375
        assert tab.evaluate("scrollY") == place
        assert tab.evaluate("location.hash") == ""
        word.tap()
        assert box.count() == 0, "a second tap closes it"
        word.tap()
        tab.touchscreen.tap(5, 5)
        assert box.count() == 0, "and so does one beside it"
        other.focus()
        assert box.inner_text() == other.get_attribute("data-means")
        tab.keyboard.press("Escape")
        assert box.count() == 0
        tab.keyboard.press("Enter")
        assert box.count() == 1
        word.hover()
        assert box.inner_text() == meaning
        assert said == []


def test_every_figure_of_a_section_has_a_link_to_itself(
    opened: Callable[..., Any], make: Callable[..., Path]
) -> None:
    with opened(make()) as (tab, _, _):
        unfold(tab)
        figures = tab.locator("main figure")
        assert figures.count() > 8
        for figure in figures.all():
            link = figure.locator("a.anchor")
            assert link.get_attribute("href") == f"#{figure.get_attribute('id')}"
            figure.hover(position={"x": 3, "y": 3})
            assert link.evaluate("(one) => getComputedStyle(one).opacity") == "1"


def test_the_open_page_is_short_and_all_of_it_is_there(
    opened: Callable[..., Any], make: Callable[..., Path]
) -> None:
    with opened(make(), viewport={"width": 1440, "height": 900}) as (tab, _, _):
        height = "document.documentElement.scrollHeight"
        assert tab.evaluate(height) < 12_000
        unfold(tab)
        assert tab.evaluate(height) > 16_000


SMALL = {"trials": 6, "top": 1, "confirmed": 4}  # every section, few rows
ARMS = {"search": {"per": "optimizer", "sampler": "random"}}
AIMS = {"objectives": ("dev_error", "parameters"), "limits": ("dev_loss <= 0.3",)}
FIRST = (".answer", ".why", ".how", ".facts", "#recommended svg", ".next")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (375, 812)])
@pytest.mark.parametrize("what", [{}, ARMS], ids=["one answer", "arms"])
def test_the_first_screen_holds_the_answer_and_what_to_do(
    opened: Callable[..., Any],
    make: Callable[..., Path],
    what: dict[str, Any],
    width: int,
    height: int,
) -> None:
    with opened(make(**what), viewport={"width": width, "height": height}) as (tab, _, _):
        for name in FIRST:
            shown = tab.locator(f"{name} >> visible=true")
            assert shown.count() == 1, "of the two drawings the one that fits"
            box = shown.bounding_box()
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= height, name


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
        unfold(tab)
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
