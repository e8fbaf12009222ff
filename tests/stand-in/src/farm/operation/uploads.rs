//! Files that come to the farm.

use serde_json::json;

use super::super::call::{Call, Refusal, Reply};
use crate::farm::state::FarmState;

pub(super) fn create_material_upload(
    world: &mut FarmState,
    call: &Call<'_>,
) -> Result<Reply, Refusal> {
    let text = |name: &str| call.data[name].as_str().unwrap_or_default();
    let (name, kind) = (text("material_profile_name"), text("content_type"));
    let size = call.data["file_size"].as_u64().unwrap_or_default();
    let id = world.ids.secret();
    let upload_url = world.uploads.announce(&mut world.ids, &id, name, kind, size);

    Ok(Reply::Data(json!({
        "material_profile_id": id,
        "material_profile_name": name,
        "content_type": kind,
        "file_size": size,
        "status": "uploading",
        "upload_url": upload_url,
        "client_id": world.client_id,
        "user_id": world.users[0].id,
        "username": world.users[0].name,
    })))
}
