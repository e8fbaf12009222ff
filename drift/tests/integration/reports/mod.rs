//! Reports: their formats, the review, the accepted findings and the changelog.

mod accepted;
mod changelog;
mod formats;
mod github;
mod hostile_text;
mod json;
mod review;
