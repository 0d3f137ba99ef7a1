"""What a GitOps repository says is desired: Kustomize overlays read as they are written. Pure: files are given."""
