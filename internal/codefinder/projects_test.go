package codefinder

import "testing"

// Notifications of forges, wikis, monitors and the like: numbers everywhere, and no code.
func TestNotificationsPresentNoCode(t *testing.T) {
	checkPresented(t, []presented{
		{"issue", "S:[acme/app] Crash on start (#4821)\nJane Doe commented on issue #4821:\n\nI see this on Linux 6128 too.\n", ""},
		{"merge request", "S:app | Fix the parser (!4821)\nMerge request !4821 was approved by Jane Doe.\n", ""},
		{"pipeline", "S:app | Failed pipeline for main | 3f2a9c1d\nPipeline #482911 triggered by Jane Doe failed in 12 minutes.\n\nCommit: 3f2a9c1d\n", ""},
		{"commit", "S:[app] 3f2a9c: Fix typo\nBranch: refs/heads/main\nCommit: 3f2a9c1d7be04a5c6f8e9d0b1a2c3d4e5f6a7b8c\n", ""},
		{"build", "S:Build failed\nBuild 20260309.4 of release 4821 failed.\n", ""},
		{"monitor", "S:Alert: CPU high\nHost web-4821 is at 9750 MHz since 09:14.\nAlert 774411\n", ""},
		{"backup", "S:Backup finished\nBackup of 48291 files finished. Size: 7744 MB.\n", ""},
		{"new topic", "S:[Forum] New topic\nJane wrote 1204 words in \"What is new in 2026\".\n\nVisit topic: https://forum.example/t/4821/1\n", ""},
		{"digest", "S:Your weekly digest\n1482 new posts, 210 new members.\n\nPopular: Release 4821\n", ""},
		{"invitation", "S:Jane invited you to Acme\nJane Doe has invited you to join Acme. Accept: https://acme.example/join/8f14e45fceea167a\n", ""},
		{"welcome", "S:Welcome to Acme\nYour account jane2026 is ready. Sign in at https://acme.example\n", ""},
		{"new login", "S:New sign-in to Acme\nWe noticed a new sign-in from Firefox 148 on Windows 11, IP 192.0.2.19, port 48291.\n", ""},
		{"e-mail changed", "S:Your email address was changed\nThe email address of your account was changed to ira48291@post.example.\n", ""},
		{"key added", "S:A new public key was added\nA key with the fingerprint SHA256 4821 9c1d 7be0 4a5c was added to your account.\n", ""},
		{"two-factor off", "S:Two-factor authentication was disabled\nTwo-factor authentication was disabled for your account on 9 March 2026.\n", ""},
		{"confirm by link", "S:Confirm your account\nPlease confirm your account: https://acme.example/confirm?confirmation_token=8f14e45fceea167a\n\nThis link expires in 1440 minutes.\n", ""},
		{"reset by link", "S:Reset password instructions\nSomeone has requested a link to change your password. You can do this through the link below.\n\nhttps://acme.example/reset?reset_password_token=8f14e45fceea167a\n", ""},
		{"reset by link, digits", "S:Password reset\nClick here to reset: https://acme.example/reset/482911/9f8e7d6c\n\nLink valid for 3600 seconds.\n", ""},
		{"quota", "S:Quota\nYou use 9750 of 10000 MB.\n", ""},
		{"event", "S:Reminder: Release party\nWhen: Mon 9 Mar 2026 18:00\nWhere: Room 4821, 12 High Street, Leeds\n", ""},
		{"survey", "S:Results are in\n1482 people voted. Option B won with 774 votes.\n", ""},
		{"donation", "S:Thank you for your donation\nWe received your donation of $50. Receipt 774411.\n", ""},
		{"certificate", "S:Certificate expires soon\nThe certificate with serial 04829117 expires in 21 days.\n", ""},
		{"domain", "S:Domain renewal\nYour domain acme.example renews on 2026-04-08. Auth: contact 48291.\n", ""},
		{"chat", "S:Jane mentioned you\n@ira see 4821 in the wiki, thanks\n", ""},
	})
}
