//! The neighbour of the API that takes print files: a program announces a file there, sends it to
//! the upload host, and then prints it here.
//!
//! It is not in the document; its routes and fields are those of the vendor's published guide and
//! of its example program.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::super::server::RecordedRequest;
use super::call::{Refusal, object, without_nulls};
use super::file::File;
use super::printer::MATERIALS;
use crate::examples::Answer;
use crate::farm::state::FarmState;

/// Where it is found, on the host of the API.
pub const BASE: &str = "/cura/v1/jobs/";

/// How long it takes to print a file of which nothing but the size is known.
const PRINT_TIME: Duration = Duration::from_secs(3600);

/// The size of the largest file that the document knows, in bytes.
const LARGEST: u64 = 1 << 30;

/// The media types that are taken.
const CONTENT_TYPES: [&str; 5] = [
    "text/plain",
    "application/x-ufp",
    "application/gzip",
    "application/x-makerbot",
    "application/x-makerbot-sketch",
];

impl FarmState {
    /// What the neighbour says to a request below its base.
    pub fn neighbour(&mut self, request: &RecordedRequest) -> Answer {
        let rest = request.path.strip_prefix(BASE).unwrap_or_default();
        self.catch_up();

        let reply = match (&request.method, rest) {
            (&Method::PUT, "upload") => self.announce(&request.body),
            (&Method::GET, id) => self.look_up(id),
            _ => Err(Refusal::not_found("route")),
        };

        match reply {
            Ok(data) => {
                let body = object([("data", without_nulls(data))]);
                Answer::json(StatusCode::OK, body.to_string())
            }
            Err(refusal) => refusal.answer(&mut self.ids),
        }
    }

    fn announce(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let data = &body["data"];

        let text = |name: &str| {
            let value = data[name].as_str().filter(|value| !value.is_empty());
            value.ok_or_else(|| Refusal::invalid(format!("`{name}` is missing")))
        };
        let (name, kind) = (text("job_name")?, text("content_type")?);
        let size = data["file_size"].as_u64();
        let size = size.filter(|size| *size <= LARGEST);
        let size = size.ok_or_else(|| Refusal::invalid("`file_size` is missing or too large"))?;

        if !CONTENT_TYPES.contains(&kind) {
            return Err(Refusal::invalid(format!("`content_type`: {kind} is not taken")));
        }

        let file = Arc::new(File {
            job_id: self.ids.secret(),
            name: name.to_owned(),
            print_time: PRINT_TIME,
            variants: Vec::new(),
            material: &MATERIALS[0],
            content_type: kind.to_owned(),
            size,
        });
        let url = self.uploads.announce(&mut self.ids, &file.job_id, name, kind, size);
        self.files.push(file.clone());

        Ok(self.show(&file, Some(url)))
    }

    fn look_up(&mut self, id: &str) -> Result<Value, Refusal> {
        let file = self.files.iter().find(|file| file.job_id == id);
        file.map(|file| self.show(file, None)).ok_or_else(|| Refusal::not_found("print file"))
    }

    /// A print file, as the API's own model of it has it.
    fn show(&self, file: &File, upload_url: Option<String>) -> Value {
        let awaited = self.uploads.is_awaited(&file.job_id);
        json!({
            "job_id": file.job_id,
            "job_name": file.name,
            "content_type": file.content_type,
            "file_size": file.size,
            "status": if awaited { "uploading" } else { "uploaded" },
            "upload_url": upload_url,
            "user_id": self.users[0].id,
            "username": self.users[0].name,
        })
    }
}
