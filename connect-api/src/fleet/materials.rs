//! The upload of a material profile: the API makes the profile, its storage takes the bytes.

use std::sync::Arc;

use crate::client::Client;
use crate::error::{Error, NoDataError};
use crate::models::{MaterialProfileResponse, MaterialProfileUploadRequest};
use crate::requests::CreateMaterialUpload;
use crate::upload::{Upload, UploadSource, put};

impl Client {
    /// Uploads a package of material profiles: has the API make a profile, and puts the bytes to
    /// the URL that it answers with. A printer then takes the profile in with
    /// [`import_material`](Client::import_material).
    ///
    /// `name` is the file's name with its extension and `origin` what uploads it; Cura sends
    /// `cura.umm`, `application/zip` and `cura`. It gives the profile, as it was before the bytes
    /// were sent.
    ///
    /// # Errors
    ///
    /// As of [`create_material_upload`](Client::create_material_upload) and of [`Upload::send`].
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
                // The API counts in `i64`: what is longer it refuses.
                let size = i64::try_from(parts.source.len().await?).unwrap_or(i64::MAX);
                let wanted = MaterialProfileUploadRequest::new(content_type, size, name, origin);
                let call = parts.client.create_material_upload(wanted).with(parts.options.clone());
                let answer = call.send_for_response().await?;
                let (status, profile) = (answer.status(), answer.into_body());
                let Some(url) = &profile.upload_url else {
                    return Err(Error::NoData(NoDataError::new(
                        &Arc::new(CreateMaterialUpload::OPERATION),
                        status,
                    )));
                };

                put(url, profile.content_type.as_str(), parts).await?;
                Ok(profile)
            })
        })
    }
}
