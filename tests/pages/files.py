"""Pages that stand in files: reports, explanations, animations."""
import json
import pathlib

from browser import NARROW, WIDE, browser, check_quiet, overflow, screenshot

LOOKS = {"light": (WIDE, False), "dark": (WIDE, True), "narrow": (NARROW, False)}


def requests_outside(driver):
    """What the page asked of any network."""
    urls = driver.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    return [url for url in urls if not url.startswith(("file:", "data:", "blob:"))]


def check(file, screenshots):
    path = pathlib.Path(file).resolve(strict=True)
    for look, (size, dark) in LOOKS.items():
        with browser(size, dark) as driver:
            driver.get(path.as_uri())
            driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
            check_quiet(driver, f"{file}, {look}")
            assert driver.find_element("tag name", "body").text.strip(), f"{file}, {look}: nothing is to be read"
            outside = requests_outside(driver)
            assert not outside, f"{file}, {look}: asks for {json.dumps(outside)}"
            assert not overflow(driver), f"{file}, {look}: the page scrolls sideways"
            screenshot(driver, screenshots, f"{path.stem}-{look}")
