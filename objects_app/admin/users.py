"""People and the accounts they are members of."""

import copy
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from objects_app import staff
from objects_app.access import Actor
from objects_app.admin import shown
from objects_app.admin.base import SuperuserAdmin, staff_actor
from objects_app.admin.filters import AccountFilter, ChoiceFilter
from objects_app.models import Membership, Role, User
from objects_app.operations import members, people
from objects_app.staff import StaffRole

admin.site.unregister(Group)  # which comes with Django's page of users; roles are given by a verb


class NewUserForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class UserForm(UserChangeForm):
    roles = forms.MultipleChoiceField(
        choices=[(role.value, role.value) for role in StaffRole],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="For staff: auditors look at everything, operators act as well. Superusers need no role.",
    )

    class Meta:
        model = User
        fields = ("email", "name", "password", "is_active", "is_staff", "is_superuser")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["roles"] = [group.name for group in self.instance.groups.all() if group.name in set(StaffRole)]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class PasswordForm(AdminPasswordChangeForm):
    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def save(self, commit: bool = True) -> User:  # noqa: ARG002
        user: User = super().save(commit=False)
        people.keep_password(user, actor=self.actor)
        return user


class StaffFilter(ChoiceFilter):
    title = parameter_name = "rights"

    def answers(self) -> dict[str, tuple[str, Q]]:
        roles = {role.value: (f"Staff: {role}", Q(is_staff=True, groups__name=role)) for role in StaffRole}
        return {
            **roles,
            "superuser": ("Superusers", Q(is_superuser=True)),
            "staff": ("All staff", Q(is_staff=True)),
            "inactive": ("Not let in", Q(is_active=False)),
        }


@admin.register(User)
class UserAdmin(SuperuserAdmin, DjangoUserAdmin):
    """Superusers alone see that there is a password, and set it."""

    form = UserForm
    add_form = NewUserForm
    list_display = ("email", "name", "is_active", "roles_of", "signed_in", "joined")
    list_filter: ClassVar = [StaffFilter]
    search_fields = ("email",)
    search_help_text = "The beginning of an address or a name"
    ordering: ClassVar[Any] = ("email", "pk")
    filter_horizontal = ()
    readonly_fields = ("signed_in", "joined", "accounts_of", "events")
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)
    signed_in = shown.moment_of("last_login", "last signed in")
    joined = shown.moment_of("date_joined", "joined")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        configures = self.has_change_permission(request, obj)
        secret, roles = (["password"], "roles") if configures else ([], "roles_of")
        return (
            (None, {"fields": ["email", "name", *secret, "accounts_of", "events"]}),
            ("Rights", {"fields": ["is_active", "is_staff", "is_superuser", roles]}),
            ("Life", {"fields": ["signed_in", "joined"]}),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def found_part(self, word: str) -> Q:
        return Q(email__startswith=word.lower()) | Q(name__istartswith=word)

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        actor = staff_actor(request)
        if change:
            roles = [StaffRole(role) for role in form.cleaned_data["roles"]]
            people.change_user(obj, roles=roles, actor=actor)
        else:
            people.add_user(obj, actor=actor)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        """The verbs have written all."""

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """Django's page makes the form itself; this one's knows who sets the password."""
        page = copy.copy(self)
        page.change_password_form = partial(PasswordForm, actor=staff_actor(request))
        return super(UserAdmin, page).user_change_password(request, id, form_url)

    @admin.display(description="staff role")
    def roles_of(self, user: User) -> str:
        if staff.configures(user):
            return "superuser"
        roles = ", ".join(sorted(staff.roles_of(user)))
        return roles or ("none yet" if user.is_staff else shown.NOTHING)

    @admin.display(description="accounts")
    def accounts_of(self, user: User) -> str:
        return shown.list_of("membership", "Memberships", q=user.email)


class RoleFilter(ChoiceFilter):
    title = parameter_name = "role"

    def answers(self) -> dict[str, tuple[str, Q]]:
        return {role.value: (role.label, Q(role=role)) for role in Role}


@admin.register(Membership)
class MembershipAdmin(SuperuserAdmin):
    list_display = ("user", "account", "role", "since")
    list_filter: ClassVar = [("account", AccountFilter), RoleFilter]
    list_select_related = ("user", "account")
    search_fields = ("user__email",)
    search_help_text = "The beginning of an address, or the exact id of an account"
    found_ids: ClassVar = {"acc": "account_id"}
    autocomplete_fields = ("account", "user")
    fields = ("account", "user", "role", "since", "events")
    readonly_fields = ("since", "events")
    since = shown.moment_of("created_at", "member since")

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Who is a member of what is not changed: that is another membership."""
        return (*self.readonly_fields, "account", "user") if obj else self.readonly_fields

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:  # noqa: ARG002
        return self.fields if obj else ("account", "user", "role")

    def found_part(self, word: str) -> Q:
        return Q(user__email__startswith=word.lower())

    def save_model(self, request: HttpRequest, obj: Membership, form: forms.ModelForm, change: bool) -> None:  # noqa: ARG002
        actor = staff_actor(request)
        if change:
            members.change_role(obj, Role(obj.role), actor=actor)
        else:
            members.add_member(obj, actor=actor)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        members.remove_member(obj, actor=staff_actor(request))
