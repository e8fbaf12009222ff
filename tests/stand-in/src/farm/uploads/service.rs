//! The upload service: a separate API that creates uploads of print files.
//!
//! A client creates an upload here, sends the file to the upload host, and prints it with the
//! Connect API. The API's document lacks this service. The routes and fields are those of the
//! vendor's published guide and example program.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api_response::ApiResponse;
use crate::farm::json::{envelope, without_nulls};
use crate::farm::operation::response::OperationError;
use crate::farm::state::FarmState;
use crate::farm::state::print_file::PrintFile;
use crate::farm::state::printer::MATERIALS;
use crate::recorded_request::RecordedRequest;

/// The base path of the service, on the host of the API.
pub const BASE_PATH: &str = "/cura/v1/jobs/";

/// The print time of an uploaded file. Its content is not read.
const PRINT_TIME: Duration = Duration::from_secs(3600);

/// The maximum size of a file in bytes, as documented.
const MAX_FILE_SIZE: u64 = 1 << 30;

/// The accepted media types.
const CONTENT_TYPES: [&str; 5] = [
    "text/plain",
    "application/x-ufp",
    "application/gzip",
    "application/x-makerbot",
    "application/x-makerbot-sketch",
];

impl FarmState {
    /// The response of the upload service to a request below its base path.
    pub(crate) fn upload_service_response(&mut self, request: &RecordedRequest) -> ApiResponse {
        let route = request.path.strip_prefix(BASE_PATH).unwrap_or_default();
        self.catch_up();

        let result = match (&request.method, route) {
            (&Method::PUT, "upload") => self.create_print_file(&request.body),
            (&Method::GET, id) => self.find_print_file(id),
            _ => Err(OperationError::not_found("route")),
        };

        match result {
            Ok(data) => {
                ApiResponse::json(StatusCode::OK, envelope(without_nulls(data)).to_string())
            }
            Err(error) => error.response(&mut self.ids),
        }
    }

    fn create_print_file(&mut self, body: &[u8]) -> Result<Value, OperationError> {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let data = &body["data"];
        let name = required_text(data, "job_name")?;
        let content_type = required_text(data, "content_type")?;

        let size = data["file_size"].as_u64().filter(|size| *size <= MAX_FILE_SIZE);
        let size =
            size.ok_or_else(|| OperationError::invalid("`file_size` is missing or too large"))?;

        if !CONTENT_TYPES.contains(&content_type) {
            let detail = format!("`content_type`: {content_type} is not accepted");
            return Err(OperationError::invalid(detail));
        }

        let file = Arc::new(PrintFile {
            job_id: self.ids.secret(),
            name: name.to_owned(),
            print_time: PRINT_TIME,
            variants: Vec::new(),
            material: &MATERIALS[0],
            content_type: content_type.to_owned(),
            size,
        });
        let url = self.uploads.create(&mut self.ids, &file.job_id, name, content_type, size);
        self.files.push(file.clone());

        Ok(self.print_file_view(&file, Some(url)))
    }

    fn find_print_file(&mut self, id: &str) -> Result<Value, OperationError> {
        let file = self.files.iter().find(|file| file.job_id == id);
        let file = file.ok_or_else(|| OperationError::not_found("print file"))?;
        Ok(self.print_file_view(file, None))
    }

    /// A print file in the API's model.
    fn print_file_view(&self, file: &PrintFile, upload_url: Option<String>) -> Value {
        let is_incomplete = self.uploads.is_incomplete(&file.job_id);
        json!({
            "job_id": file.job_id,
            "job_name": file.name,
            "content_type": file.content_type,
            "file_size": file.size,
            "status": if is_incomplete { "uploading" } else { "uploaded" },
            "upload_url": upload_url,
            "user_id": self.users[0].id,
            "username": self.users[0].name,
        })
    }
}

/// A text field of the data that must not be empty.
fn required_text<'d>(data: &'d Value, name: &str) -> Result<&'d str, OperationError> {
    let text = data[name].as_str().filter(|text| !text.is_empty());
    text.ok_or_else(|| OperationError::invalid(format!("`{name}` is missing")))
}
