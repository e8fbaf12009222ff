//! Uploads a package of material profiles, with a progress bar.
//!
//! ```console
//! $ cargo run -p connect-api --features upload --example upload_material [FILE]
//! ```
//!
//! Without a file it sends eight megabytes of nothing to the stand-in.

mod support;

use std::path::PathBuf;

use connect_api::UploadSource;
use indicatif::{ProgressBar, ProgressStyle};
use support::{Failure, Service};

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let file = std::env::args_os().nth(1).map(PathBuf::from);
    let service = Service::find().await?;
    let name = match &file {
        Some(file) => file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        None => "nothing.umm".to_owned(),
    };
    let source = match file {
        Some(file) => UploadSource::file(file),
        None if service.is_here => UploadSource::from(vec![0; 8_000_000]),
        None => return Err("name the file to upload".into()),
    };

    let bar = ProgressBar::new(0);
    let style = "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}";
    bar.set_style(ProgressStyle::with_template(style)?);
    let shown = bar.clone();
    let upload = service.client.upload_material(&name, "application/zip", "cura", source);
    let upload = upload.on_progress(move |progress| {
        shown.set_length(progress.total);
        shown.set_position(progress.sent);
    });
    let profile = upload.send().await?;
    bar.finish();
    println!("{name} is uploaded as {}", profile.material_profile_id);
    Ok(())
}
