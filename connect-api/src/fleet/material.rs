//! The upload of a material profile: the API makes the profile, its storage takes the bytes.

use std::sync::Arc;

use crate::call::Operation;
use crate::client::Client;
use crate::error::{Error, NoDataError};
use crate::models::{MaterialProfileResponse, MaterialProfileUploadRequest};
use crate::options::CallOptions;
use crate::time::BoxFuture;
use crate::upload::{Settings, ToUrl, Upload, UploadSource};

impl Client {
    /// Uploads a package of material profiles: has the API make a profile, and puts the bytes to
    /// the URL that it answers with. A printer then takes the profile in with
    /// [`import_material`](Client::import_material).
    ///
    /// `name` is the file's name with its extension and `origin` what uploads it; Cura sends
    /// `cura.umm`, `application/zip` and `cura`.
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
    ) -> Upload<ToMaterial> {
        let (name, content_type, origin) = (name.into(), content_type.into(), origin.into());
        let to = ToMaterial { name, content_type, origin };
        Upload::new(self, to, source.into())
    }
}

impl Upload<ToMaterial> {
    /// Makes the profile, sends the bytes and gives the profile, as it was before they were sent.
    /// Dropping the future breaks the upload off.
    ///
    /// # Errors
    ///
    /// As of [`Client::create_material_upload`] and of [`Upload::send`].
    pub fn send(self) -> BoxFuture<'static, Result<MaterialProfileResponse, Error>> {
        let Self { client, options, source, settings, to } = self;
        Box::pin(async move { to.put(&client, &options, source, settings).await })
    }
}

/// An [`Upload`](crate::Upload) of a material profile.
#[derive(Debug)]
pub struct ToMaterial {
    name: String,
    content_type: String,
    origin: String,
}

impl ToMaterial {
    async fn put(
        self,
        client: &Client,
        options: &CallOptions,
        mut source: UploadSource,
        settings: Settings,
    ) -> Result<MaterialProfileResponse, Error> {
        let Self { name, content_type, origin } = self;
        // No source is longer than the API takes by more than it would say itself.
        let size = i64::try_from(source.len().await?).unwrap_or(i64::MAX);
        let wanted = MaterialProfileUploadRequest::new(content_type, size, name, origin);
        let call = client.create_material_upload(wanted).with(options.clone());
        let answer = call.send_for_response().await?;
        let (status, profile) = (answer.status(), answer.into_body());
        let Some(url) = profile.upload_url.clone() else {
            let operation = Operation::new("create_material_upload", "PUT", "/materials/upload");
            return Err(Error::NoData(NoDataError::new(&Arc::new(operation), status)));
        };
        let to = ToUrl::new(url, profile.content_type.clone());
        to.put(client, options, source, settings).await?;
        Ok(profile)
    }
}
