//! The result of a benchmark as a Markdown table.

use std::time::Duration;

use super::Measurement;

/// Returns a table, with a description of the machine. The first crate is ours; the others are
/// compared with it.
pub fn markdown(measurements: &[Measurement]) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut text = format!(
        "{} timed runs of each build, interleaved; seconds are the minimum (and the median).\n\
         {cores} cores, {}, {}.\n\n\
         | crate | generated lines | × ours | all lines | `check` | × ours | `build --release` | × ours |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|\n",
        measurements.first().map_or(0, |ours| ours.check.len()),
        std::env::consts::ARCH,
        rustc_version(),
    );

    let Some(ours) = measurements.first() else { return text };
    for measurement in measurements {
        text += &format!(
            "| {} | {} | {:.2} | {} | {} | {:.2} | {} | {:.2} |\n",
            measurement.name,
            measurement.generated_lines,
            measurement.generated_lines as f64 / ours.generated_lines as f64,
            measurement.lines,
            seconds(&measurement.check),
            ratio(&measurement.check, &ours.check),
            seconds(&measurement.release),
            ratio(&measurement.release, &ours.release),
        );
    }

    text
}

fn seconds(times: &[Duration]) -> String {
    format!("{:.2} ({:.2})", minimum(times).as_secs_f64(), median(times).as_secs_f64())
}

/// Compares the minimums, because longer times are due to other load on the machine.
fn ratio(times: &[Duration], ours: &[Duration]) -> f64 {
    minimum(times).as_secs_f64() / minimum(ours).as_secs_f64()
}

fn minimum(times: &[Duration]) -> Duration {
    times.iter().copied().min().unwrap_or_default()
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Returns the version of the compiler.
fn rustc_version() -> String {
    let rustc = std::process::Command::new("rustc").arg("--version").output();
    let version = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    version.unwrap_or_else(|_| "rustc unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_crates_are_compared_with_ours() {
        let measurement = |name: &str, lines, times: [u64; 3]| {
            let times: Vec<_> = times.into_iter().map(Duration::from_millis).collect();
            let name = name.to_owned();
            Measurement {
                name,
                generated_lines: lines,
                lines,
                check: times.clone(),
                release: times,
            }
        };
        let measurements = [
            measurement("ours", 100, [900, 500, 700]),
            measurement("other", 250, [1000, 2000, 3000]),
        ];
        let text = markdown(&measurements);
        let rows: Vec<&str> = text.lines().rev().take(2).collect();

        assert_eq!(
            rows[0],
            "| other | 250 | 2.50 | 250 | 1.00 (2.00) | 2.00 | 1.00 (2.00) | 2.00 |"
        );

        assert_eq!(
            rows[1],
            "| ours | 100 | 1.00 | 100 | 0.50 (0.70) | 1.00 | 0.50 (0.70) | 1.00 |"
        );
    }
}
