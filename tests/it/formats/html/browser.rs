//! The page in a headless browser, where one is at hand: the filter works, and the console stays silent.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{nasty, page, sample};
use crate::support::temporary;

/// A browser of the Chromium family: `PLIMSOLL_BROWSER`, or the first that the path has.
fn browser() -> Option<PathBuf> {
    let named = std::env::var_os("PLIMSOLL_BROWSER").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let found = || std::env::split_paths(&path).flat_map(|dir| programs.map(|p| dir.join(p))).find(|p| p.is_file());
    let browser = named.or_else(found);
    if browser.is_none() {
        println!("skipped: there is no browser (chromium, google-chrome, or PLIMSOLL_BROWSER)");
    }
    browser
}

/// The document as it is after its script ran, and what the console says. Half a minute at most.
fn opened(browser: &Path, folder: &Path, address: &str) -> (String, String) {
    let output = |name: &str| fs::File::create(folder.join(name)).unwrap();
    let mut child = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        .args(["--enable-logging=stderr", "--virtual-time-budget=2000", "--timeout=20000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(address)
        .stdin(Stdio::null())
        .stdout(output("dom"))
        .stderr(output("log"))
        .spawn()
        .unwrap();
    let begin = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begin.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("the browser did not end");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let read = |name: &str| String::from_utf8_lossy(&fs::read(folder.join(name)).unwrap()).into_owned();
    let console = read("log").lines().filter(|l| l.contains("CONSOLE")).collect::<Vec<_>>().join("\n");
    (read("dom"), console)
}

#[test]
fn a_browser_filters_and_says_nothing() {
    let Some(browser) = browser() else { return };
    let folder = temporary("browser");
    let file = folder.join("page.html");
    fs::write(&file, page(&sample())).unwrap();
    for (asked, shown, hidden) in [
        ("", "6 shown", 0),
        ("?text=HOSTnetwork", "0 of 6 shown", 6),
        ("?text=credential+web.yaml", "1 of 6 shown", 5),
        ("?severity=high&severity=low", "3 of 6 shown", 3),
        ("?rule=drop-all-capabilities&text=%22app%22", "3 of 6 shown", 3),
        ("?rule=no-such-rule&text=%3Cb%3E", "0 of 6 shown", 6),
    ] {
        let (dom, console) = opened(&browser, &folder, &format!("file://{}{asked}", file.display()));
        assert_eq!(console, "", "{asked}");
        let says = dom.split_once("<output").unwrap().1.split_once("</output>").unwrap().0;
        assert!(says.ends_with(&format!(">{shown}")), "{asked}: {says}");
        let findings: Vec<_> = dom.split("<div class=\"f ").skip(1).map(|f| f.split_once('>').unwrap().0).collect();
        assert_eq!(findings.len(), 6);
        assert_eq!(findings.iter().filter(|f| f.contains("hidden")).count(), hidden, "{asked}");
        assert!(dom.contains("<form id=\"filter\" role=\"search\" aria-label=\"Filter findings\">"), "{asked}");
    }
}

#[test]
fn a_browser_runs_nothing_of_a_manifest() {
    let Some(browser) = browser() else { return };
    let folder = temporary("browser-nasty");
    let file = folder.join("page.html");
    let page = page(&nasty());
    fs::write(&file, &page).unwrap();
    let (dom, console) = opened(&browser, &folder, &format!("file://{}", file.display()));
    assert_eq!(console, "");
    assert!(dom.contains("<title>Plimsoll: "), "{dom}");
    assert_eq!(dom.matches("<script").count(), 1);
    // And were the escaping to fail, the policy would hold.
    fs::write(&file, page.replace("<main>", "<main><script>document.title='owned'</script>")).unwrap();
    let (dom, console) = opened(&browser, &folder, &format!("file://{}", file.display()));
    assert!(console.contains("Content Security Policy") && dom.contains("<title>Plimsoll: "), "{console}");
}
