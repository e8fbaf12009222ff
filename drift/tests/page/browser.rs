//! Controls a headless Chromium through `chromedriver`.

use std::future::Future;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// The variable with the folder of `chromedriver`, which GitHub's runners set. Without it, the `PATH`
/// is searched.
const DRIVER_FOLDER: &str = "CHROMEWEBDRIVER";

/// A running `chromedriver`, which is stopped on drop.
pub struct Driver {
    process: Child,
    address: String,
}

impl Driver {
    /// Starts `chromedriver` on a free local port. The error is the reason why it could not start.
    pub fn start() -> Result<Self, String> {
        let folder = std::env::var_os(DRIVER_FOLDER).map(PathBuf::from);
        let program = folder.unwrap_or_default().join("chromedriver");

        let mut process = Command::new(&program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", program.display()))?;
        let stdout = process.stdout.take().expect("stdout is piped");
        let mut driver = Self { process, address: String::new() };

        for line in BufReader::new(stdout).lines() {
            let line = line.map_err(|error| error.to_string())?;
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                driver.address = format!("http://127.0.0.1:{}", port.trim_end_matches('.'));
                return Ok(driver);
            }
        }

        Err("chromedriver ended without printing its port".to_owned())
    }

    /// Opens a page in a new browser and passes it to `test`.
    pub fn open<F: Future<Output = ()>>(
        &self,
        html: &str,
        fragment: &str,
        extra: &[&str],
        test: impl FnOnce(Page) -> F,
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("report.html");
        std::fs::write(&file, html).expect("the page is written");

        let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
        let mut arguments = vec![
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1280,900",
            &profile,
        ];

        arguments.extend(extra);
        let capabilities = json!({ "goog:chromeOptions": { "args": arguments } });
        let Value::Object(capabilities) = capabilities else { unreachable!("it is an object") };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();

        runtime.expect("a runtime").block_on(async {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            let client = builder.capabilities(capabilities).connect(&self.address).await;
            let client = client.expect("a browser");
            let url = format!("file://{}{fragment}", file.display());
            client.goto(&url).await.expect("the page");
            test(Page { client: client.clone() }).await;

            // If a test panics, the driver stops the browser.
            client.close().await.expect("the browser closes");
        });
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An open page.
pub struct Page {
    pub client: Client,
}

impl Page {
    /// Evaluates a JavaScript expression.
    pub async fn eval(&self, expression: &str) -> Value {
        let script = format!("return {expression};");
        self.client.execute(&script, Vec::new()).await.expect(expression)
    }

    /// Clicks the first element that matches a selector.
    pub async fn click(&self, selector: &str) {
        let element = self.client.find(Locator::Css(selector)).await.expect(selector);
        element.click().await.expect(selector);
    }

    /// Types into the focused element.
    pub async fn press(&self, keys: &str) {
        let active = self.client.active_element().await.expect("a focused element");
        active.send_keys(keys).await.expect("the keys are sent");
    }

    /// Returns the verdicts of the visible findings, in order.
    pub async fn visible_findings(&self) -> Value {
        let visible = "[...document.querySelectorAll('.finding')].filter(element => element.checkVisibility())";
        self.eval(&format!(
            "{visible}.map(element => element.dataset.wire + ' ' + element.dataset.source)"
        ))
        .await
    }

    /// Returns the text with the number of visible findings.
    pub async fn count(&self) -> Value {
        self.eval("document.getElementById('shown').textContent").await
    }
}
