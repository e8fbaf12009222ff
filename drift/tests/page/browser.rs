//! A headless Chromium, driven by its own driver.

use std::future::Future;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// Where `chromedriver` may lie besides the `PATH`: GitHub's machines say it here.
const FOLDER: &str = "CHROMEWEBDRIVER";

/// The program that drives browsers. It ends with this value.
pub struct Driver {
    process: Child,
    address: String,
}

impl Driver {
    /// Starts it on a free port of loopback. If there is none on this machine, says so.
    pub fn start() -> Result<Self, String> {
        let folder = std::env::var_os(FOLDER).map(PathBuf::from);
        let program = folder.unwrap_or_default().join("chromedriver");

        let mut process = Command::new(&program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", program.display()))?;
        let stdout = process.stdout.take().expect("it is piped");
        let mut driver = Self { process, address: String::new() };

        for line in BufReader::new(stdout).lines() {
            let line = line.map_err(|error| error.to_string())?;
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                driver.address = format!("http://127.0.0.1:{}", port.trim_end_matches('.'));
                return Ok(driver);
            }
        }

        Err("chromedriver ended without a word of its port".to_owned())
    }

    /// Opens a page in a browser of its own and hands it to `test`.
    pub fn open<F: Future<Output = ()>>(
        &self,
        html: &str,
        fragment: &str,
        extra: &[&str],
        test: impl FnOnce(Page) -> F,
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("report.html");
        std::fs::write(&file, html).expect("a page");

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
        let wanted = json!({ "goog:chromeOptions": { "args": arguments } });
        let Value::Object(wanted) = wanted else { unreachable!("it is an object") };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();

        runtime.expect("a runtime").block_on(async {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            let client = builder.capabilities(wanted).connect(&self.address).await;
            let client = client.expect("a browser");
            let url = format!("file://{}{fragment}", file.display());
            client.goto(&url).await.expect("the page");
            test(Page { client: client.clone() }).await;

            // A test that panics leaves its browser to the driver, which ends with it.
            client.close().await.expect("an end");
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
    /// The value of an expression.
    pub async fn eval(&self, expression: &str) -> Value {
        let script = format!("return {expression};");
        self.client.execute(&script, Vec::new()).await.expect(expression)
    }

    /// Clicks on what a selector finds first.
    pub async fn click(&self, selector: &str) {
        let element = self.client.find(Locator::Css(selector)).await.expect(selector);
        element.click().await.expect(selector);
    }

    /// Types into whatever has the focus.
    pub async fn press(&self, keys: &str) {
        let active = self.client.active_element().await.expect("a focus");
        active.send_keys(keys).await.expect("keys");
    }

    /// The classes of the findings that can be seen, in their order.
    pub async fn seen(&self) -> Value {
        let seen = "[...document.querySelectorAll('.finding')].filter(it => it.checkVisibility())";
        self.eval(&format!("{seen}.map(it => it.dataset.wire + ' ' + it.dataset.source)")).await
    }

    /// What the page says of how many are shown.
    pub async fn count(&self) -> Value {
        self.eval("document.getElementById('shown').textContent").await
    }
}
