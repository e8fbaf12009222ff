//! Operations that create uploads.

use serde_json::json;

use super::request::OperationRequest;
use super::response::{OperationResponse, OperationResult};
use crate::farm::state::FarmState;

pub(super) fn create_material_upload(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let name = request.text("material_profile_name").unwrap_or_default();
    let content_type = request.text("content_type").unwrap_or_default();
    let file_size = request.data["file_size"].as_u64().unwrap_or_default();

    let id = farm.ids.secret();
    let upload_url = farm.uploads.create(&mut farm.ids, &id, name, content_type, file_size);

    Ok(OperationResponse::Data(json!({
        "material_profile_id": id,
        "material_profile_name": name,
        "content_type": content_type,
        "file_size": file_size,
        "status": "uploading",
        "upload_url": upload_url,
        "client_id": farm.client_id,
        "user_id": farm.users[0].id,
        "username": farm.users[0].name,
    })))
}
