"""What a GitOps repository says is desired: Kustomize overlays read as they are written. Pure: files are given."""

from app.gitops.desired import check_layout, read_desired, read_place
from app.gitops.images import joined
from app.gitops.model import Desired, Image, Layout, Place, Tree
from app.gitops.past import image_then
from app.gitops.tags import Tags
from app.gitops.templates import environment_branches

__all__ = [
    "Desired",
    "Image",
    "Layout",
    "Place",
    "Tags",
    "Tree",
    "check_layout",
    "environment_branches",
    "image_then",
    "joined",
    "read_desired",
    "read_place",
]
