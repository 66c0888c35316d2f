using NativeTrainer.Advice.Report;

namespace NativeTrainer.Tests.Advice.Report;

public sealed class AuditJsonTests
{
    // Programs read these names: members may be added, none may change.
    private const string Published = """
        {
          "schema": 1,
          "version": "0.1.0",
          "data": "photos",
          "mode": "full",
          "fingerprint": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "contentFingerprint": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
          "weights": null,
          "images": {
            "total": 30,
            "train": 22,
            "val": 8,
            "test": 0,
            "validationMade": false
          },
          "classes": [
            {
              "name": "cat",
              "train": 10,
              "val": 4,
              "test": 0
            },
            {
              "name": "dog",
              "train": 12,
              "val": 4,
              "test": 0
            }
          ],
          "refused": true,
          "verdict": "Not fit to train on: 1 of 8 validation pictures leaks.",
          "counts": {
            "refusals": 1,
            "warnings": 0,
            "advice": 1,
            "notes": 0,
            "allowed": 1
          },
          "findings": [
            {
              "code": "NT102",
              "slug": "leakage/exact-duplicate",
              "severity": "refusal",
              "allowed": false,
              "title": "The same file in two splits",
              "summary": "1 of 8 validation pictures leaks.",
              "advice": "Run 'nativetrainer split DATA --fix'.",
              "figures": {
                "share": 0.125,
                "validationLeaking": 1
              },
              "evidence": [
                {
                  "caption": "the same bytes",
                  "score": 0.5,
                  "files": [
                    {
                      "path": "train/cat/a.jpg",
                      "split": "train",
                      "label": "cat",
                      "fix": {
                        "action": "drop",
                        "label": null
                      }
                    },
                    {
                      "path": "val/cat/b.jpg",
                      "split": "val",
                      "label": "cat",
                      "fix": null
                    }
                  ]
                }
              ]
            },
            {
              "code": "NT610",
              "slug": "labels/error-candidates",
              "severity": "advice",
              "allowed": true,
              "title": "Labels that look wrong",
              "summary": "One label looks wrong.",
              "advice": "Look at it.",
              "figures": {},
              "evidence": [
                {
                  "caption": "cat 0.97",
                  "score": null,
                  "files": [
                    {
                      "path": "train/dog/b.jpg",
                      "split": "train",
                      "label": "dog",
                      "fix": {
                        "action": "keep",
                        "label": "cat"
                      }
                    }
                  ]
                }
              ]
            }
          ],
          "checked": [
            "NT102"
          ],
          "notChecked": [
            {
              "codes": [
                "NT610"
              ],
              "reason": "needs features: --weights FILE"
            }
          ]
        }

        """;

    [Fact]
    public void MembersStayAsPublished() => Assert.Equal(Published.ReplaceLineEndings("\n"), AuditJson.Format(SampleReport.Make(Path.GetFullPath("/photos"))).ReplaceLineEndings("\n"));

    [Fact]
    public void OneLineIsOneLine() => Assert.DoesNotContain('\n', AuditJson.Format(SampleReport.Make("/photos", "a\nb.jpg"), indented: false));
}
