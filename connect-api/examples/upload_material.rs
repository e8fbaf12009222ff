//! Uploads a package of material profiles, with a progress bar.
//!
//! ```console
//! $ cargo run -p connect-api --features upload --example upload_material [FILE]
//! ```
//!
//! Without a file, it uploads 8 MB of zeros. This works only with the stand-in server.

mod support;

use std::path::PathBuf;
use std::process::ExitCode;

use connect_api::UploadSource;
use connect_stand_in::Farm;
use indicatif::{ProgressBar, ProgressStyle};
use support::{Failure, Service, exit_code, print_line};

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(upload().await)
}

async fn upload() -> Result<(), Failure> {
    let file = std::env::args_os().nth(1).map(PathBuf::from);
    let service = Service::connect(Farm::with_size(1, 1)).await?;

    let (name, source) = match (file, &service.stand_in) {
        (Some(file), _) => {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, UploadSource::file(file))
        }
        (None, Some(_)) => ("nothing.umm".to_owned(), UploadSource::from(vec![0; 8_000_000])),
        (None, None) => return Err("give one argument: the file to upload".into()),
    };

    let bar = ProgressBar::new(0);
    let style = "{wide_bar} {bytes} of {total_bytes}";
    bar.set_style(ProgressStyle::with_template(style)?);

    let progress_bar = bar.clone();
    let upload = service.client.upload_material(&name, "application/zip", "cura", source);
    let upload = upload.on_progress(move |progress| {
        progress_bar.set_length(progress.total);
        progress_bar.set_position(progress.sent);
    });

    let profile = upload.send().await?;
    bar.finish_and_clear();

    print_line(format_args!("{name} is uploaded as {}", profile.material_profile_id))
}
