"""
The API at ``/api/v1``: one file per noun, each with its routes in `routes`.

Lists are pages: ``{"items": […], "next": cursor or null}``. What takes time is answered by 202 and
the errand that does it.
"""
