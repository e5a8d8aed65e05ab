"""The playground as a user uses it."""
import contextlib
import json
import pathlib
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

from selenium.common.exceptions import TimeoutException
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from browser import NARROW, WIDE, browser, check_quiet, overflow, screenshot

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 60
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def number(text):
    """A number as it is shown: "−1.25×10⁻⁷"."""
    mantissa, _, power = text.replace(",", "").replace("−", "-").partition("×10")
    return float(mantissa) * 10.0 ** int(power.translate(SUPERSCRIPTS) or 0)


class Page:
    def __init__(self, driver):
        self.driver = driver

    def by(self, name):
        return self.driver.find_element(By.ID, name)

    def text(self, name):
        return self.by(name).text

    def number(self, name):
        return number(self.text(name))

    def chain(self):
        """The numbers of the chain rule, all from one moment, and what they are of."""
        texts, weight, sample = self.driver.execute_script(
            "const chain = document.getElementById('chain');"
            "return [Object.fromEntries([...chain.querySelectorAll('[id]')].map((cell) => [cell.id, cell.textContent])), "
            "chain.dataset.weight, chain.dataset.sample]")
        return texts, weight, sample

    def wait(self, condition, what):
        try:
            WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(lambda _: condition())
        except TimeoutException:
            raise AssertionError(f"waited in vain for {what}; the page says: {self.text('status')} {self.text('problem')} "
                                 f"step {self.text('at-step')}, {self.text('network')}") from None

    def press(self, name):
        self.by(name).click()

    def ready(self):
        self.wait(lambda: self.by("step").is_enabled() and "→" in self.text("network"), "a network that is ready")

    def set(self, name, value):
        field = self.driver.find_element(By.NAME, name)
        if field.tag_name == "select":
            Select(field).select_by_value(str(value))
        else:
            field.send_keys(Keys.CONTROL, "a")
            field.send_keys(str(value), Keys.ENTER)


@contextlib.contextmanager
def served(ripple, *options):
    """The address of a playground, which must end in order afterwards."""
    program = subprocess.Popen([ripple, "playground", "--json", *options], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    try:
        url = json.loads(program.stdout.readline())["url"]
        yield url
        # A compiler that is interrupted counts its errors on stderr.
        while "layers" not in get(url + "state")[1]:
            time.sleep(0.1)
        program.send_signal(signal.SIGINT)
        output, errors = program.communicate(timeout=PATIENCE)
        # PoCL's compiler counts its warnings there.
        errors = re.sub(r"^\d+ warnings? generated\.\n", "", errors, flags=re.MULTILINE)
        assert program.returncode == 0 and output == "" and errors == "", (program.returncode, output, errors)
    finally:
        program.kill()


@contextlib.contextmanager
def page(url, size=WIDE, dark=False):
    with browser(size, dark) as driver:
        driver.get(url)
        shown = Page(driver)
        shown.ready()
        yield shown
        check_quiet(driver, "the playground")


def get(url):
    """Status and text of the answer."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def near(a, b, digits=5):
    """Equal but for the rounding of numbers shown with so many digits."""
    return abs(a - b) <= 2 * 10.0 ** (1 - digits) * max(abs(a), abs(b))


# ---- what is tried ----------------------------------------------------------------------------------


def token(ripple, screenshots):
    with served(ripple) as url:
        base = url[:-33]
        assert get(url)[0] == 200
        for path in ("", "state", "script.js", "favicon.ico", "0" * 32 + "/"):
            assert get(base + path)[0] == 403, path


def trains(ripple, screenshots):
    """Play, until the loss has fallen; pause, and nothing moves."""
    with served(ripple) as url, page(url) as shown:
        before = shown.number("train-loss")
        shown.press("play")
        shown.wait(lambda: shown.number("train-loss") < before / 4, "a loss that falls")
        shown.press("play")
        shown.wait(lambda: shown.text("status") == "Paused.", "a pause")
        step = shown.number("at-step")
        assert step > 100
        screenshot(shown.driver, screenshots, "trained")
        shown.driver.refresh()
        shown.ready()
        assert shown.number("at-step") == step
        shown.press("reset")
        shown.wait(lambda: shown.number("at-step") == 0, "a new beginning")
        assert shown.number("train-loss") == before


def factors(shown, weight, sample="0"):
    """The products that are shown are those of the factors that are shown."""
    shown.wait(lambda: shown.chain()[1:] == (weight, sample), f"weight {weight} at sample {sample}")
    numbers = {name: number(text) for name, text in shown.chain()[0].items()}
    assert near(numbers["chain-product"], numbers["chain-delta"] * numbers["chain-a"])
    assert near(numbers["chain-sum"], numbers["chain-gradient"], 4)
    rate = float(shown.driver.find_element(By.NAME, "learning_rate").get_attribute("value"))
    # The device rounds the weight to 24 bits; five digits are off by at most 5e-5 of the gradient.
    change, wanted = numbers["chain-before"] - numbers["chain-after"], rate * numbers["chain-gradient"]
    assert abs(change - wanted) < 2e-7 * max(1, abs(numbers["chain-before"])) + 6e-5 * abs(wanted), (change, wanted)
    if "chain-upstream" in numbers:
        assert near(numbers["chain-delta"], numbers["chain-upstream"] * numbers["chain-derivative"])
    return numbers


def chain_rule(ripple, screenshots):
    """A step, and the weight under the pointer; another one by the keyboard alone."""
    with served(ripple) as url, page(url) as shown:
        shown.press("step")
        shown.wait(lambda: shown.number("at-step") == 1, "a step")
        for weight in ("0,2,1", "1,0,3", "2,0,1"):
            line = shown.driver.find_element(By.CSS_SELECTOR, f'#weights [data-weight="{weight}"]')
            # Another line may cross it in the middle.
            shown.driver.execute_script("arguments[0].dispatchEvent(new PointerEvent('pointerenter'))", line)
            factors(shown, weight)
        line = shown.driver.find_element(By.CSS_SELECTOR, '#weights [data-weight="0,0,0"]')
        shown.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", line)
        ActionChains(shown.driver).move_to_element(line).perform()
        factors(shown, "0,0,0")
        screenshot(shown.driver, screenshots, "chain")
        shown.by("chain-layer").send_keys("1")
        shown.by("chain-sample").send_keys("5")
        factors(shown, "1,0,0", "5")
        Select(shown.by("chain-input")).select_by_visible_text("bias")
        assert factors(shown, "1,0,4", "5")["chain-a"] == 1


def rows(ripple, screenshots):
    """Row by row through a step: forward, error, backward, update, in their order."""
    with served(ripple) as url, page(url) as shown:
        moments = []
        for done in range(1, 14):
            shown.press("row")
            shown.wait(lambda: len(shown.driver.find_elements(By.CSS_SELECTOR, "#rows li.done")) == done, "a row")
            moments.append(shown.driver.find_element(By.CSS_SELECTOR, "#rows li.last .moment").text)
            if done == 10:
                screenshot(shown.driver, screenshots, "row")
                assert shown.driver.find_elements(By.CSS_SELECTOR, "#units canvas.now")
                assert shown.text("chain-after") == "–"
                assert shown.text("status") == "Within step 1: gradient 1 is done (backward)."
        assert moments == (["forward"] * 4 + ["error"] + ["backward"] * 2 + ["update"] + ["backward"] * 2 +
                           ["update", "backward", "update"]), moments
        assert shown.number("at-step") == 1
        # And by itself, at that speed.
        Select(shown.by("speed")).select_by_value("rows")
        shown.press("play")
        shown.wait(lambda: len(shown.driver.find_elements(By.CSS_SELECTOR, "#rows li.done")) == 3, "three rows")
        shown.press("play")
        shown.wait(lambda: "is done (forward)" in shown.text("status"), "a pause within the step")


def table(ripple, screenshots):
    """A table of the user's own: its names and classes stand on the page."""
    with served(ripple, "--data", ROOT / "tests/cli/data/flowers.csv") as url, page(url) as shown:
        assert "poppy (square)" in shown.text("map-words")
        assert not shown.driver.find_element(By.NAME, "noise").is_displayed()
        shown.press("play")
        shown.wait(lambda: shown.number("train-loss") < 0.5, "a loss that falls")
        shown.press("play")
        shown.by("show-test").click()
        shown.by("logarithmic").click()
        screenshot(shown.driver, screenshots, "table")


def settings(ripple, screenshots):
    """Other data, layers and optimizers; what cannot be is refused by the page itself."""
    with served(ripple) as url, page(url) as shown:
        shown.set("data", "clusters")
        shown.wait(lambda: "3 softmax, cross-entropy" in shown.text("network"), "three classes")
        assert "class 3 (triangle)" in shown.text("map-words")
        shown.press("add-layer")
        shown.wait(lambda: shown.text("network").startswith("2 → 4 tanh → 3 tanh → 3 tanh → 3"), "a layer more")
        field = shown.driver.find_element(By.CSS_SELECTOR, "#hidden input")
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys("8", Keys.ENTER)
        shown.wait(lambda: shown.text("network").startswith("2 → 8 tanh"), "eight units")
        shown.set("activation", "relu")
        shown.set("optimizer", "adam")
        shown.wait(lambda: not shown.driver.find_element(By.NAME, "momentum").is_displayed(), "no momentum")
        shown.set("learning_rate", "0.02")
        shown.wait(lambda: "relu" in shown.text("network"), "relu")
        shown.ready()
        shown.press("play")
        shown.wait(lambda: shown.number("train-loss") < 0.3, "a loss that falls")
        shown.press("play")
        screenshot(shown.driver, screenshots, "clusters")
        shown.set("learning_rate", "-1")
        assert not shown.driver.execute_script("return document.getElementById('settings').checkValidity()")
        assert shown.driver.execute_async_script(
            "fetch('state').then((answer) => answer.json()).then((state) => arguments[0](state.settings.learning_rate))") == 0.02
        shown.set("learning_rate", "0.02")
        shown.set("data", "hills")
        shown.wait(lambda: "1 identity, mse" in shown.text("network"), "a regression")
        assert shown.text("map-words").startswith("value:") and not shown.by("accuracy").is_displayed()
        shown.press("step")
        shown.wait(lambda: shown.number("at-step") == 1, "a step")
        screenshot(shown.driver, screenshots, "hills")


def divergence(ripple, screenshots):
    """Too large a learning rate: the page says so, and goes on with a new beginning."""
    with served(ripple) as url, page(url) as shown:
        shown.set("data", "hills")
        shown.set("activation", "identity")
        shown.set("learning_rate", "100")
        shown.wait(lambda: "3 identity → 1 identity" in shown.text("network"), "a regression")
        shown.ready()
        shown.press("play")
        shown.wait(lambda: "had stopped being finite" in shown.text("problem"), "the sentence")
        assert not shown.by("play").is_enabled()
        screenshot(shown.driver, screenshots, "diverged")
        shown.set("learning_rate", "0.05")
        shown.press("reset")
        shown.wait(lambda: shown.by("step").is_enabled(), "a new beginning")
        shown.press("step")
        shown.wait(lambda: shown.number("at-step") == 1, "a step")


def two_pages(ripple, screenshots):
    """What one page does, the other shows; closing one leaves the other."""
    with served(ripple) as url, page(url) as one:
        with page(url) as other:
            one.set("data", "spirals")
            one.wait(lambda: other.driver.find_element(By.NAME, "data").get_attribute("value") == "spirals", "the other page")
            other.press("step")
            one.wait(lambda: one.number("at-step") == 1, "the step of the other")
            other.press("play")
        one.wait(lambda: one.number("at-step") > 20, "steps without the other")


def looks(ripple, screenshots):
    """Light, dark and narrow; the largest network, and one without hidden layers."""
    with served(ripple) as url:
        for look, (size, dark) in {"light": (WIDE, False), "dark": (WIDE, True), "narrow": (NARROW, False),
                                   "narrow-dark": (NARROW, True)}.items():
            with page(url, size, dark) as shown:
                shown.press("step")
                shown.wait(lambda: shown.number("at-step") > 0, "a step")
                assert not overflow(shown.driver), look
                screenshot(shown.driver, screenshots, look)
        with page(url) as shown:
            for layers in ([16] * 6, [], [1]):
                shown.driver.execute_async_script(
                    "fetch('settings', {method: 'POST', headers: {'Content-Type': 'application/json'}, "
                    "body: JSON.stringify({hidden: arguments[0]})}).then(arguments[1])", layers)
                shown.wait(lambda: len(shown.driver.find_elements(By.CSS_SELECTOR, "#hidden input")) == len(layers) and
                           len(shown.driver.find_elements(By.CSS_SELECTOR, "#units canvas")) == 3 + sum(layers), "the layers")
                shown.press("step")
                shown.wait(lambda: shown.number("at-step") == 1, "a step")
                assert not overflow(shown.driver), layers
                screenshot(shown.driver, screenshots, f"{len(layers)}-layers")


def labels(ripple, screenshots):
    """Everything that takes keys has a name, and can be reached by them."""
    with served(ripple) as url, page(url) as shown:
        for field in shown.driver.find_elements(By.CSS_SELECTOR, "button, input, select"):
            assert field.accessible_name or not field.is_displayed(), field.get_attribute("outerHTML")
        reached = set()
        for _ in range(60):
            ActionChains(shown.driver).send_keys(Keys.TAB).perform()
            focused = shown.driver.switch_to.active_element
            reached.add(focused.get_attribute("id") or focused.get_attribute("name"))
        assert {"play", "step", "row", "reset", "speed", "data", "learning_rate", "chain-layer"} <= reached, reached


TESTS = {"403 without the token": token, "play, pause, begin anew": trains, "chain rule": chain_rule,
         "row by row": rows, "a table": table, "settings": settings, "divergence": divergence, "two pages": two_pages,
         "light, dark, narrow, large, small": looks, "labels and keys": labels}
