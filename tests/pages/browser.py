"""Chromium without a window, and what it complained of."""
import contextlib
import pathlib

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

WIDE = (1440, 1250)
NARROW = (420, 900)


@contextlib.contextmanager
def browser(size=WIDE, dark=False):
    options = Options()
    # Root has no sandbox to run in, and /dev/shm may be small where the tests run.
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    try:
        driver.set_window_size(*size)
        # A window has a least width; the page's own does not.
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False})
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        yield driver
    finally:
        driver.quit()


def complaints(driver):
    """Errors and warnings in the console since this was last asked."""
    return [entry["message"] for entry in driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]


def check_quiet(driver, where):
    found = complaints(driver)
    assert not found, f"{where}: the console says {found}"


def screenshot(driver, folder, name):
    """The whole page, as NAME.png in `folder`, where one is given."""
    if not folder:
        return
    path = pathlib.Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    size = driver.execute_script("return [document.documentElement.clientWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1}
    shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
    import base64
    (path / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def overflow(driver):
    """Does the page scroll sideways?"""
    return driver.execute_script("return document.documentElement.scrollWidth > document.documentElement.clientWidth")
