//! A headless Chromium, driven through chromedriver.

use std::fs;
use std::future::Future;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::certificate::fingerprint;

/// A browser with an empty profile, which trusts the laboratory's own certificate and no other lie.
#[derive(Debug)]
pub struct Browser {
    runtime: Runtime,
    client: Option<Client>,
    driver: Child,
    /// Dropped last, when nothing writes into it any more.
    profile: TempDir,
}

impl Browser {
    /// Starts one that trusts the certificate in `ca_file`.
    #[track_caller]
    pub fn start(ca_file: &Path) -> Self {
        Self::start_with(ca_file, true)
    }

    /// The same, with scripts switched off.
    #[track_caller]
    pub fn start_without_scripts(ca_file: &Path) -> Self {
        Self::start_with(ca_file, false)
    }

    #[track_caller]
    fn start_with(ca_file: &Path, scripts: bool) -> Self {
        let profile = tempfile::Builder::new().prefix("understudy-web-").tempdir().expect("a folder");
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut driver = Command::new("chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver can be started (`make setup` installs it)");
        let port = port(driver.stdout.take().expect("standard output is a pipe"));
        let mut browser = Self { runtime, client: None, driver, profile };
        let capabilities = capabilities(browser.profile.path(), &fingerprint(ca_file), scripts);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let url = format!("http://127.0.0.1:{port}");
        let client = browser.runtime.block_on(builder.capabilities(capabilities).connect(&url));
        browser.client = Some(client.expect("Chromium can be started (`make setup` installs it)"));
        browser
    }

    /// Opens `url`.
    #[track_caller]
    pub fn open(&self, url: &str) {
        self.wait(url, self.client().goto(url));
    }

    /// Opens the login page at `url`, fills in `fields` by name and sends the form.
    #[track_caller]
    pub fn log_in(&self, url: &str, fields: &[(&str, &str)]) {
        self.open(url);
        self.submit(fields);
    }

    /// Fills in `fields` of the page by name, presses the button of the form that holds the first one, and waits
    /// for the page that answers.
    #[track_caller]
    pub fn submit(&self, fields: &[(&str, &str)]) {
        let (first, _) = fields.first().expect("a form has a field");
        for (name, value) in fields {
            self.fill(name, value);
        }
        let button = format!("//form[.//*[@name='{first}']]//button[@type='submit']");
        self.wait("the form's answer", async {
            let page = self.client().find(Locator::Css("html")).await?;
            self.client().find(Locator::XPath(&button)).await?.click().await?;
            // The page that holds the form is gone once another one is there.
            while page.tag_name().await.is_ok() {}
            Ok(())
        });
    }

    /// Types `value` into the field called `name`, or chooses it, or ticks it (`on`) and unticks it.
    #[track_caller]
    pub fn fill(&self, name: &str, value: &str) {
        let field = format!("[name='{name}']:not([type='hidden'])");
        self.wait(name, async {
            let field = self.client().find(Locator::Css(&field)).await?;
            let kind = field.attr("type").await?.unwrap_or_default();
            if field.tag_name().await? == "select" {
                field.select_by_value(value).await
            } else if kind == "checkbox" || kind == "radio" {
                let change = field.is_selected().await? != (value == "on");
                if change { field.click().await } else { Ok(()) }
            } else {
                field.clear().await?;
                field.send_keys(value).await
            }
        });
    }

    /// Follows the first link or presses the first button whose text is `text`.
    #[track_caller]
    pub fn click(&self, text: &str) {
        let target = format!("//*[self::a or self::button][normalize-space()='{text}']");
        self.wait(text, async { self.client().find(Locator::XPath(&target)).await?.click().await });
    }

    /// Clicks the first element that the CSS `selector` finds.
    #[track_caller]
    pub fn click_on(&self, selector: &str) {
        self.wait(selector, async { self.client().find(Locator::Css(selector)).await?.click().await });
    }

    /// The text of the page, as a reader sees it.
    #[track_caller]
    pub fn text(&self) -> String {
        self.text_of("body")
    }

    /// The text of the first element that the CSS `selector` finds.
    #[track_caller]
    pub fn text_of(&self, selector: &str) -> String {
        self.wait(selector, async { self.client().find(Locator::Css(selector)).await?.text().await })
    }

    /// How many elements the CSS `selector` finds.
    #[track_caller]
    pub fn count(&self, selector: &str) -> usize {
        self.wait(selector, self.client().find_all(Locator::Css(selector))).len()
    }

    /// The title of the page.
    #[track_caller]
    pub fn title(&self) -> String {
        self.wait("the title", self.client().title())
    }

    /// The address of the page.
    #[track_caller]
    pub fn url(&self) -> String {
        self.wait("the address", self.client().current_url()).to_string()
    }

    /// What the JavaScript `script` (a function body) returns; runs even where the page's scripts may not.
    #[track_caller]
    pub fn evaluate(&self, script: &str) -> Value {
        self.wait(script, self.client().execute(script, Vec::new()))
    }

    /// Makes the window `width` by `height` CSS pixels: 390 by 844 is a phone.
    #[track_caller]
    pub fn resize(&self, width: u32, height: u32) {
        self.wait("the window", self.client().set_window_size(width, height));
    }

    /// Writes what the window shows to `file`, as PNG.
    #[track_caller]
    pub fn screenshot(&self, file: &Path) {
        let png = self.wait("a screenshot", self.client().screenshot());
        fs::write(file, png).expect("a screenshot can be written");
    }

    fn client(&self) -> &Client {
        self.client.as_ref().expect("the browser has started")
    }

    #[track_caller]
    fn wait<T>(&self, what: &str, answer: impl Future<Output = Result<T, CmdError>>) -> T {
        let answer = self.runtime.block_on(async { tokio::time::timeout(COMMAND_TIME_MAX, answer).await });
        answer
            .unwrap_or_else(|_| panic!("the browser took over {COMMAND_TIME_MAX:?} for {what}"))
            .unwrap_or_else(|error| panic!("the browser at {what}: {error}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Chromium is chromedriver's child, not ours: it ends when its session is closed.
        if let Some(client) = self.client.take() {
            let _ =
                self.runtime.block_on(async { tokio::time::timeout(CLOSE_TIME_MAX, client.close()).await });
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The port that chromedriver says it has taken.
#[track_caller]
fn port(stdout: ChildStdout) -> u16 {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let port = line.strip_prefix("ChromeDriver was started successfully on port ");
            if let Some(port) = port.and_then(|rest| rest.trim_end_matches('.').parse().ok()) {
                let _ = sender.send(port);
            }
        }
    });
    receiver.recv_timeout(COMMAND_TIME_MAX).expect("chromedriver names its port")
}

/// A fresh profile in `profile`, and no request to anywhere but where the test goes.
fn capabilities(profile: &Path, fingerprint: &str, scripts: bool) -> Map<String, Value> {
    let user_data_dir = format!("--user-data-dir={}", profile.display());
    let trusted = format!("--ignore-certificate-errors-spki-list={fingerprint}");
    let mut options = json!({ "args": [
        "--headless=new", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
        // The suite also runs as root in containers, where Chromium's own sandbox cannot.
        "--no-sandbox",
        "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--disable-extensions", "--no-proxy-server", "--window-size=1280,900",
        user_data_dir, trusted,
    ] });
    if !scripts {
        let blocked = 2;
        options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": blocked });
    }
    let mut capabilities = Map::new();
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    capabilities
}

/// The longest a single command may take. A page of a local site takes milliseconds; a first start seconds.
const COMMAND_TIME_MAX: Duration = Duration::from_mins(1);

/// The longest wait for a browser that is asked to close.
const CLOSE_TIME_MAX: Duration = Duration::from_secs(10);
