"""The tape page in a real browser: Chromium, without a window."""

import shutil
import time

import numpy as np
import pytest

import minitape as mt
from minitape import keras
from minitape.learn import watched_tape

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))),
    None,
)
if CHROMIUM is None:
    pytest.skip("needs chromium or google-chrome on the PATH", allow_module_level=True)
sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs playwright, which `minitape[test]` brings"
)


@pytest.fixture(scope="module")
def browser():
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


def scalar():
    x = mt.constant(3.0)
    w = mt.Variable(2.0, name="w")
    with watched_tape() as tape:
        tape.watch(x)
        y = x * x * w + mt.sin(x)  # the user's line
    return tape.show(y)


def mlp():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((20,)),
            keras.layers.Dense(40, activation="relu", name="hidden"),
            keras.layers.Dense(3, name="logits"),
        ],
        name="model",
    )
    images = np.random.default_rng(0).random((8, 20), "float32")
    with watched_tape() as tape:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(
            np.arange(8) % 3, model(images)
        )
    return tape.show(loss)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    return {make.__name__: make().write(folder / f"{make.__name__}.html") for make in (scalar, mlp)}


@pytest.fixture
def opened(browser, pages):
    """Opens a page; at the end nothing may have gone wrong in it, or been fetched."""
    contexts, wrong = [], []

    def open_page(name, width=1280, height=800, theme="light", step=0):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        page.on("request", lambda r: r.url.startswith("file:") or wrong.append(r.url))
        page.goto(f"{pages.get(name, name).as_uri()}#{step}")
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong


def title(page):
    return page.locator("#step .phase").inner_text(), page.locator("#step h2").inner_text()


def nodes(page):
    """The graph's nodes: kind and number, with their lines of text."""
    found = page.locator("#graph .node").evaluate_all(
        """all => all.map(
            x => [x.dataset.id, [...x.querySelectorAll("text")].map(text => text.textContent)]
        )"""
    )
    return dict(found)


def test_steps_forward_and_back(opened):
    page = opened("scalar")
    assert title(page) == ("FORWARD 1 OF 5", "multiply")
    assert page.locator("#back").is_enabled()
    for _ in range(2):
        page.click("#next")
    assert title(page) == ("FORWARD 3 OF 5", "multiply")
    formula = page.locator("#step .formula").inner_text()
    assert " ".join(formula.split()) == "v3 = v1 * v2 = 9 * 2 = 18"
    page.click("#back")
    assert title(page) == ("FORWARD 2 OF 5", "read_variable")
    page.click("#last")
    assert title(page) == ("BACKWARD", "The gradients")
    values = page.locator("#step .scalar").all_inner_texts()
    expected = [12 + np.cos(3), 9]  # of x² w + sin(x) at x = 3, w = 2
    np.testing.assert_allclose([float(v.replace("−", "-")) for v in values], expected, rtol=1e-5)
    page.click("#first")
    assert title(page) == ("FORWARD 1 OF 5", "multiply")


def test_gradients_arrive_and_add_up(opened):
    page = opened("scalar")
    gradient_of_x = []
    for _ in range(12):
        gradient_of_x.append(nodes(page)["t0"][2])
        page.click("#next")
    seen = list(dict.fromkeys(gradient_of_x))
    assert seen == ["", "∂ −0.99", "∂ 11.01"]
    page.click("#back")
    text = page.locator("#step").inner_text()
    assert "g * y" in text
    assert "2 * 3" in text
    assert "(−0.98999) + 6 = 5.01001" in text.replace("\n", " ")
    assert "minitape/ops/math.py" in text
    assert "lambda g, z, x, y: g * y" in text.replace("\n", " ")


def test_shows_the_users_line(opened):
    page = opened("scalar")
    assert page.locator("#step .code .here").inner_text().strip() == (
        "y = x * x * w + mt.sin(x)  # the user's line"
    )


def test_the_slider(opened):
    page = opened("scalar")
    assert page.locator("#slider").get_attribute("max") == "11"
    page.locator("#slider").fill("5")
    assert title(page) == ("BACKWARD", "The walk turns")
    assert page.locator("#where").inner_text().startswith("6/12")


def test_the_keyboard(opened):
    page = opened("scalar")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert title(page)[0] == "FORWARD 2 OF 5"
    page.keyboard.press("End")
    assert title(page)[1] == "The gradients"
    page.keyboard.press("Home")
    page.locator("#slider").focus()
    page.keyboard.press("ArrowRight")
    assert title(page)[0] == "FORWARD 2 OF 5"  # one step, not the slider's own besides
    page.clock.install()
    page.keyboard.press(" ")
    assert page.locator("#play").get_attribute("aria-label") == "Pause"
    page.clock.run_for(1700)
    assert title(page)[0] == "FORWARD 4 OF 5"
    page.keyboard.press(" ")
    page.clock.run_for(5000)
    assert title(page)[0] == "FORWARD 4 OF 5"


def test_search(opened):
    page = opened("mlp")
    page.keyboard.press("/")
    page.keyboard.type("relu")
    assert "relu" in page.locator("#found li").first.inner_text()
    page.keyboard.press("Enter")
    assert title(page)[1] == "relu"
    assert page.locator("#found").is_hidden()
    page.keyboard.press("/")
    page.keyboard.type("f")  # a letter in the field, no key of the page's
    assert page.locator("#search").input_value() == "f"
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("logits/kernel")
    page.locator("#found li").first.click()
    assert page.locator("#step .crumbs").inner_text() == "model › logits"
    page.fill("#search", "no such thing")
    assert page.locator("#found").inner_text() == "Nothing found"


def test_folds(opened):
    page = opened("mlp")
    names = [texts[0] for texts in nodes(page).values()]
    assert names[:2] == ["+ hidden", "+ logits"]
    folded = len(names)
    page.keyboard.press("f")
    names = [texts[0] for texts in nodes(page).values()]
    assert "+ hidden" not in names
    assert {"kernel", "bias", "read", "matmul", "add", "relu"} <= set(names)
    assert "− hidden" in page.locator("#graph .cluster text").all_text_contents()
    page.keyboard.press("f")
    assert len(nodes(page)) == folded
    page.click("#graph .node:has-text('+ logits')")
    assert len(nodes(page)) > folded
    page.click("#unfold")
    assert not [texts for texts in nodes(page).values() if texts[0].startswith("+")]
    page.click("#fold")
    assert len(nodes(page)) == 2  # the model and the loss


def test_a_folded_layer_is_active_while_its_ops_are(opened):
    page = opened("mlp", step=2)
    assert "+ hidden" in page.locator("#graph .node.active").text_content()
    assert page.locator("#step .crumbs").inner_text() == "model › hidden"


def test_heat_maps_and_statistics(opened):
    page = opened("mlp")
    assert page.locator("#step canvas.heat").count() > 0
    assert "20×40 float32" in page.locator("#step .card .kind").first.inner_text()
    assert page.locator("#step .stats").first.inner_text().split()[::2] == (
        ["min", "max", "mean", "std"]
    )


def test_dark_and_light(opened):
    def paper(page):
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    light, dark = opened("scalar"), opened("scalar", theme="dark")
    assert paper(light) == "rgb(251, 251, 250)"
    assert paper(dark) == "rgb(18, 22, 28)"
    dark.click("#theme")
    assert paper(dark) == paper(light)


@pytest.mark.parametrize("name", ["scalar", "mlp"])
def test_one_column_on_a_phone(opened, name):
    page = opened(name, width=360, height=740, step=8)
    graph, step = (page.locator(x).bounding_box() for x in ("#program", "#step"))
    assert graph["width"] == step["width"] == 360
    assert step["y"] >= graph["y"] + graph["height"] - 1
    assert page.evaluate("document.documentElement.scrollWidth") == 360  # nothing sticks out
    controls = page.locator("footer").bounding_box()
    assert controls["y"] + controls["height"] <= 740.5
    page.click("#next")
    assert page.locator("#where").inner_text().startswith("10/")


def test_ten_thousand_ops_open_within_two_seconds(opened, tmp_path):
    x = mt.Variable(1.0, name="x")
    with watched_tape() as tape:
        y = mt.identity(x)
        for _ in range(9998):
            y = mt.sin(y)
    path = tape.show(y).write(tmp_path / "many.html")
    assert len(tape.entries) == 10_000
    start = time.perf_counter()
    page = opened(path)
    seconds = time.perf_counter() - start
    assert seconds < 2
    assert 1 < len(nodes(page)) < 100
    page.click("#unfold")
    assert "more than 500 nodes" in page.locator("#notice").inner_text()
    page.locator("#slider").fill("15000")
    assert title(page)[1] == "sin"
    start = time.perf_counter()
    page.keyboard.press("ArrowRight")
    assert title(page)[0].startswith("BACKWARD")
    assert time.perf_counter() - start < 1


def test_values_that_are_no_numbers_are_seen(opened, tmp_path):
    x = mt.Variable([0.0, 1.0], name="</script><b>x")
    with watched_tape() as tape:
        y = mt.reduce_sum(mt.math.log(x) * 0.0)
    page = opened(tape.show(y).write(tmp_path / "nan.html"))
    page.click("#last")
    assert page.locator("#step .card .name").inner_text() == "d(</script><b>x)"
    assert page.locator("#step td").all_inner_texts() == ["nan", "0"]
