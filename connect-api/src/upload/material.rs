//! The upload of a material profile: the API makes the profile, its storage takes the bytes.

use std::sync::Arc;

use super::{Settings, ToUrl, UploadSource};
use crate::call::Operation;
use crate::client::Client;
use crate::error::{Error, NoDataError};
use crate::models::{MaterialProfileResponse, MaterialProfileUploadRequest};
use crate::options::CallOptions;

/// An [`Upload`](crate::Upload) of a material profile.
pub struct ToMaterial {
    pub(super) name: String,
    pub(super) content_type: String,
    pub(super) origin: String,
}

impl ToMaterial {
    pub(super) async fn put(
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
        let to = ToUrl { url, content_type: profile.content_type.clone() };
        to.put(client, options, source, settings).await?;
        Ok(profile)
    }
}
