//! Upload of material profiles: the API creates the profile, and a storage host receives the file.

use std::sync::Arc;

use crate::client::Client;
use crate::error::{Error, NoDataError};
use crate::models::{MaterialProfileResponse, MaterialProfileUploadRequest};
use crate::requests::CreateMaterialUpload;
use crate::upload::{Upload, UploadSource, put};

impl Client {
    /// Uploads a package of material profiles.
    ///
    /// Creates a profile, then sends the file to the upload URL in the response. Returns the
    /// profile as it was before the file was sent. [`import_material`](Client::import_material)
    /// imports the profile into a printer.
    ///
    /// * `name`: The file name with its extension, such as `cura.umm`.
    /// * `content_type`: The media type of the file, such as `application/zip`.
    /// * `origin`: The name of the program that uploads the file, such as `cura`.
    ///
    /// # Errors
    ///
    /// The errors of [`create_material_upload`](Client::create_material_upload) and of
    /// [`Upload::send`].
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), connect_api::Error> {
    /// use connect_api::UploadSource;
    ///
    /// let client = connect_api::Client::new("an API token");
    /// let source = UploadSource::file("materials.umm");
    /// let upload = client.upload_material("materials.umm", "application/zip", "my-app", source);
    /// let profile = upload.send().await?;
    /// client
    ///     .import_material("a cluster's id", "a printer's UUID", profile.material_profile_id)
    ///     .wait()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload_material(
        &self,
        name: impl Into<String>,
        content_type: impl Into<String>,
        origin: impl Into<String>,
        source: impl Into<UploadSource>,
    ) -> Upload<MaterialProfileResponse> {
        let (name, content_type, origin) = (name.into(), content_type.into(), origin.into());

        Upload::new(self, source.into(), |mut parts| {
            Box::pin(async move {
                // The API counts bytes in an `i64`, and rejects a file that is too large.
                let size = i64::try_from(parts.source.len().await?).unwrap_or(i64::MAX);

                let body = MaterialProfileUploadRequest::new(content_type, size, name, origin);
                let call = parts.client.create_material_upload(body).with(parts.options.clone());
                let response = call.send_for_response().await?;

                let (status, profile) = (response.status(), response.into_body());
                let Some(url) = &profile.upload_url else {
                    let operation = Arc::new(CreateMaterialUpload::OPERATION);
                    return Err(Error::NoData(NoDataError::new(&operation, status)));
                };

                put(url, profile.content_type.as_str(), parts).await?;
                Ok(profile)
            })
        })
    }
}
