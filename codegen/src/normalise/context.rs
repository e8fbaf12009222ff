//! The input of the passes besides the document.

use crate::openapi::overlay::Overlay;
use crate::policy::Policy;

/// The rules that passes apply to the document.
pub(crate) struct Context<'a> {
    pub policy: &'a Policy,
    pub overlay: &'a Overlay,
}
